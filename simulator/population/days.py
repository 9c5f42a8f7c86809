"""Days as offices and exports write them: dates, a spreadsheet's day numbers, moments of a day, with a zone or without."""

from __future__ import annotations

import datetime
import re

from simulator.characters import in_digits

BEIJING = datetime.timezone(datetime.timedelta(hours=8))
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_415  # 1950-01-01 to 2100-12-31
NEAR = datetime.timedelta(minutes=10)  # of midnight: a day that went through a program's clock
LATE = datetime.time(16)  # midnight in Beijing, written in UTC
DATE_PATTERNS = (  # the closed list; day and month of 06/05/2013 could be either, so it is not in it
    re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
)
NO_DAY = (19000101, 19040101, 19700101, 20991231, 21001231)  # what programs write where there is no day
_ZERO = re.compile(r"0+(\.0+)?|(0000|1900)([-/.年]?)0?[01]?([-/.月]?)0?0日?( .*)?|00000000")
_DASHES = str.maketrans("–—‑‐−﹣", "------")
_WEEKDAY = re.compile(r" ?\(?(?:星期|周|礼拜)[一二三四五六日天]\)?")
_CHINESE = re.compile(r"([〇零○一二三四五六七八九]{4})年(元|[一二三四五六七八九十]{1,2})月([一二三四五六七八九十廿卅]{1,3})日")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
DAY_FIRST = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}")
SERIAL = re.compile(r"([0-9]{5})(\.[0-9]+)?")
_CLOCK = re.compile(
    r"(.*[0-9日])(?:[ t]+|(?<=日))(上午|下午)? ?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.[0-9]+)?)? ?(am|pm|上午|下午)?"
    r" ?(z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def read(word: str, mac_dates: bool = False) -> tuple[datetime.date | None, str]:
    """The day that a plain text means and how it was found: "" as written, serial (a spreadsheet's number), moment (within
    minutes of midnight), time (a time of day that changes nothing), zone (an instant, in Beijing); or None and why not: "format",
    "day-first", "no-day", "none" (what programs write for no day) or "either" (in UTC it would be the day after).

    >>> read("2013-05-06")[0].isoformat(), read("2013-12-31 23:59:17")[0].isoformat(), read("2013-12-31t16:00:00z")
    ('2013-05-06', '2014-01-01', (datetime.date(2014, 1, 1), 'zone'))
    >>> read("41400"), read("2013-12-31 16:00"), read("2013-02-29")
    ((datetime.date(2013, 5, 6), 'serial'), (None, 'either'), (None, 'no-day'))
    >>> read("2014年01月01号")[0] == read("二〇一四年元月一日")[0] == read("2014–1–1")[0], read("1900-01-00"), read("1970-01-01")
    (True, (None, 'none'), (None, 'none'))
    """
    found, how = _read(word, mac_dates)
    if found is None and how in ("format", "no-day"):
        if _ZERO.fullmatch(word):
            return None, "none"
        if how == "format" and (usual := _usual(word)) != word:
            found, how = _read(usual, mac_dates)
    return (None, "none") if found is not None and found.year * 10_000 + found.month * 100 + found.day in NO_DAY else (found, how)


def _usual(word: str) -> str:
    """A day written in words or with other signs, as it is usually written."""
    word = re.sub(r" ?([年月日]) ?", r"\1", _WEEKDAY.sub("", word.replace("号", "日").translate(_DASHES)))
    word = re.sub(r"^([0-9]{8})\.0+$", r"\1", word)
    if found := _CHINESE.fullmatch(word):
        year, month, day = found.groups()
        return f"{year.translate(_DIGITS)}-{_small(month)}-{_small(day)}"
    return word.replace("年元月", "年1月")


def _small(word: str) -> int:
    """A Chinese number below a hundred: 十一, 二十, 廿三."""
    return int(in_digits(word.replace("元", "一").replace("廿", "二十").replace("卅", "三十")))


def _read(word: str, mac_dates: bool) -> tuple[datetime.date | None, str]:
    if (serial := SERIAL.fullmatch(word)) and FIRST_SERIAL <= int(serial.group(1)) <= LAST_SERIAL:
        first = datetime.datetime(1904, 1, 1) if mac_dates else datetime.datetime(1899, 12, 30)  # noqa: DTZ001  a day of the calendar
        moment = first + datetime.timedelta(days=int(serial.group(1)), seconds=round(float(serial.group(2) or 0) * 86_400))
        day, how = _day(moment)
        return day, how or "serial"
    clock = _CLOCK.fullmatch(word)
    written = clock.group(1).strip() if clock else word
    match = next((found for pattern in DATE_PATTERNS if (found := pattern.fullmatch(written))), None)
    if match is None:
        return None, "day-first" if DAY_FIRST.fullmatch(written) else "format"
    try:
        moment = datetime.datetime(*(int(part) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        if clock is None:
            return moment.date(), ""
        hour, minute, second = (int(clock.group(at) or 0) for at in (3, 4, 5))
        half = clock.group(2) or clock.group(6)
        if half:
            hour = hour % 12 + 12 * (half in ("pm", "下午"))
        moment += datetime.timedelta(hours=hour, minutes=minute, seconds=second)
        if hour > 24 or minute > 59 or second > 60:
            return None, "format"
        if zone := clock.group(7):
            sign, digits = (-1 if zone[0] == "-" else 1), re.sub(r"\D", "", zone).ljust(4, "0")
            offset = sign * datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            moment += datetime.timedelta(hours=8) - offset
            day, how = _day(moment, sure=True)
            return day, "zone" if offset != datetime.timedelta(hours=8) else how
        day, how = _day(moment)
        return day, how or ("moment" if hour == 24 else "")
    except (ValueError, OverflowError):
        return None, "no-day"


def _day(moment: datetime.datetime, sure: bool = False) -> tuple[datetime.date | None, str]:
    """The day of a moment; sure: in Beijing's time."""
    after = moment - datetime.datetime.combine(moment.date(), datetime.time())
    if not after:
        return moment.date(), ""
    if after <= NEAR or after >= datetime.timedelta(days=1) - NEAR:
        return (moment + NEAR).date(), "moment"
    return (None, "either") if moment.time() >= LATE and not sure else (moment.date(), "time")
