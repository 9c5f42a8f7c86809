"""The law file: every number of the text with its unit and edge; every fault named with line, path and remedy, at once."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LawError
from simulator.law import targets
from simulator.law.assessment import TERMS, read_law
from simulator.law.clauses import SLUGS
from simulator.law.readings import SWITCHES, check, compile_readings, defaults
from simulator.law.terms import EDGES, NO_END, NOT_OFFERED, UNITS, Block, Number, Term, terms_dtype
from tests.faults import problems_of, texts_of
from tests.law.lawfile import SHIPPED, TEXT, replaced, term_line, with_term
from tests.law.of_the_text import MORE_THAN, OF_THE_TEXT

ARTICLES = dict(zip(SLUGS, (f"四（{n}）" for n in "一 二 三 四 五 六 七 八 九 十 十一".split()), strict=True))


@pytest.fixture(scope="module")
def law():
    return read_law(SHIPPED)


# ---------------------------------------------------------------------------------- what the shipped file says


def test_every_number_of_the_text_is_there_with_unit_and_edge(law):
    found = {path: (number.at(2013), number.unit, number.edge) for path, number in law.numbers.items()}
    assert found == OF_THE_TEXT


def test_local_vat_share_changes_in_2016_and_2017(law):
    shares = [law.numbers["sharing.local_vat_share"].at(year) for year in (1990, 1994, 2015, 2016, 2017, 2100)]
    assert shares == [D("0.25"), D("0.25"), D("0.25"), D("0.4167"), D("0.5"), D("0.5")]


def test_every_clause_and_number_cites_its_article(law):
    assert {slug: law.blocks[slug].article for slug in ARTICLES} == ARTICLES
    for path, number in law.numbers.items():
        assert number.article == law.blocks[path.partition(".")[0]].article
        assert any("一" <= c <= "鿿" for c in number.zh) and number.en.isascii()


def test_the_term_is_2013_to_2015(law):
    assert (law.start, law.end) == (datetime.date(2013, 1, 1), datetime.date(2015, 12, 31))
    assert targets.YEAR == 2015  # 二: what is to be reached by then


# ------------------------------------------------------------------------------------------- single faults


def written(where, text: str):
    path = where / "law.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusals(where, text: str) -> list[str]:
    return texts_of(read_law, written(where, text))


NATIONAL = term_line(TEXT, "headquarters_award.national_capital").group(2)
MAX_AREA = term_line(TEXT, "office_rent.max_area").group(2)
HIGH_RATE = term_line(TEXT, "tax_rebate.high_rate").group(2)
AREA = term_line(TEXT, "model_building_award.area").group(2)

SCHOOL_PLACES = TEXT[TEXT.index("school_places:\n"):]  # the last block
LINE_TERMS = re.search(r"data_line:\n(?:  \w.*\n)+?(  terms:\n(?:    .*\n)+)", TEXT).group(1)

# what is replaced, by what, and every problem that follows: "line N" is that of the replacement, "line N-2" two above
FAULTS = {
    "unknown block": (
        "opening_award:\n", "opening_awrad:\n",
        ["law.yaml line N, opening_awrad: is no part of this law → did you mean opening_award?"]),
    "unknown term": (
        "    max_area:", "    max_aera:",
        ["law.yaml line N, office_rent.terms.max_aera: is no term of office_rent → did you mean max_area?",
         ("law.yaml line N-2, office_rent.terms.max_area: is missing → "
         "add max_area: {value: …, unit: m2, article: …}")]),
    "unknown key": (
        MAX_AREA, MAX_AREA + ", vale: 1",
        ["law.yaml line N, office_rent.terms.max_area.vale: is not known here → did you mean value?"]),
    "edge of a number that is no threshold": (
        MAX_AREA, MAX_AREA + ", edge: at_least",
        ["law.yaml line N, office_rent.terms.max_area.edge: is not known here"]),
    "unknown key of a block": (
        "office_rent:\n", "office_rent:\n  kinds: recurrent\n",
        ["law.yaml line N+1, office_rent.kinds: is not known here → did you mean kind?"]),
    "missing value": (
        MAX_AREA, MAX_AREA.replace("value: 500, ", ""),
        ["law.yaml line N, office_rent.terms.max_area: value is missing → add value:"]),
    "missing unit": (
        MAX_AREA, MAX_AREA.replace("unit: m2, ", ""),
        ["law.yaml line N, office_rent.terms.max_area: unit is missing → add unit:"]),
    "missing article": (
        MAX_AREA, MAX_AREA.replace("article: 四（三）, ", ""),
        ["law.yaml line N, office_rent.terms.max_area: article is missing → add article:"]),
    "missing edge": (
        NATIONAL, NATIONAL.replace("edge: at_least, ", ""),
        ["law.yaml line N, headquarters_award.terms.national_capital: edge is missing → add edge:"]),
    "missing date": (
        "  end: 2015-12-31\n", "",
        ["law.yaml line N-2, policy: end is missing → add end:"]),
    "wrong unit": (
        MAX_AREA, MAX_AREA.replace("m2", "CNY"),
        ["law.yaml line N, office_rent.terms.max_area: has the unit 'CNY' → the clause reads it in m2"]),
    "wrong edge": (
        AREA, AREA.replace("more_than", "more_then"),
        ["law.yaml line N, model_building_award.terms.area: has the edge 'more_then' → did you mean more_than?"]),
    "an edge that is like none": (
        AREA, AREA.replace("more_than", "20"),
        ["law.yaml line N, model_building_award.terms.area: has the edge 20 → at_least or more_than"]),
    "a word for a number": (
        MAX_AREA, MAX_AREA.replace("500", "many"),
        ["law.yaml line N, office_rent.terms.max_area: is 'many' → write a number in m2, or {year: number}"]),
    "a number in quotes": (
        MAX_AREA, MAX_AREA.replace("500", "'500'"),
        ["law.yaml line N, office_rent.terms.max_area: is '500' → write a number in m2, or {year: number}"]),
    "true for a number": (
        MAX_AREA, MAX_AREA.replace("500", "true"),
        ["law.yaml line N, office_rent.terms.max_area: is true → write a number in m2, or {year: number}"]),
    "none for a number": (
        MAX_AREA, MAX_AREA.replace("500", "none"),
        ["law.yaml line N, office_rent.terms.max_area: is none → write a number in m2, or {year: number}"]),
    "a list for a number": (
        MAX_AREA, MAX_AREA.replace("500", "[500]"),
        ["law.yaml line N, office_rent.terms.max_area: is [500] → write a number in m2, or {year: number}"]),
    "no date for a dated number": (
        MAX_AREA, MAX_AREA.replace("500", "{}"),
        ["law.yaml line N, office_rent.terms.max_area: has no value → write a number"]),
    "a word for a year": (
        MAX_AREA, MAX_AREA.replace("500", "{first: 500}"),
        ["law.yaml line N, office_rent.terms.max_area: 'first' is no year → write a number in m2, or {year: number}"]),
    "a number that is only a number": (
        "{" + MAX_AREA + "}", "500",
        ["law.yaml line N, office_rent.terms.max_area: is 500 → write {value: …, unit: …, article: …, zh: …, en: …}"]),
    "a text for the terms": (
        "  terms: {}", "  terms: none at all",
        ["law.yaml line N, school_places.terms: is 'none at all' → indent the terms"]),
    "a text for a block": (
        "policy:\n  start: 2013-01-01\n  end: 2015-12-31\n", "policy: three years\n",
        ["law.yaml line N, policy: end is missing → add end:",
         "law.yaml line N, policy: start is missing → add start:"]),
    "a number for a label": (
        "  zh: 办公用房租金补助", "  zh: 2013",
        ["law.yaml line N, office_rent.zh: is 2013 → write a text"]),
    "a blank title": (
        "name: jiulongpo_2013\n", "name:\n",
        ["law.yaml line N, name: is none → write a text"]),
    "an unknown kind": (
        "  kind: in_kind", "  kind: in_knid",
        ["law.yaml line N, school_places.kind: is 'in_knid' → did you mean in_kind?"]),
    "a kind that is like none": (
        "  kind: in_kind", "  kind: 7",
        ["law.yaml line N, school_places.kind: is 7 → one_off or recurrent or in_kind or rule"]),
    "a label of blanks": (
        "  zh: 办公用房租金补助", "  zh: '  '",
        ["law.yaml line N, office_rent.zh: is '  ' → write a text"]),
    "a text for a clause": (
        SCHOOL_PLACES, "school_places: by discretion\n",
        ["law.yaml line N, school_places: is not a block of a clause → indent its keys"]),
    "a clause without terms": (
        LINE_TERMS, "",
        ["law.yaml line N-5, data_line: terms is missing → add terms:"]),
    "no policy": (
        "policy:\n  start: 2013-01-01\n  end: 2015-12-31\n", "",
        ["law.yaml: policy is missing → add the block policy"]),
    "an unread number with a wrong unit": (
        MAX_AREA, MAX_AREA.replace("500", "08").replace("m2", "CNY"),
        [("law.yaml line N, office_rent.terms.max_area.value: '08' is not a number the program reads; "
          "write digits, a point and nothing else"),
         "law.yaml line N, office_rent.terms.max_area: has the unit 'CNY' → the clause reads it in m2"]),
    "an unread number for a number": (
        "{" + MAX_AREA + "}", "08",
        [("law.yaml line N, office_rent.terms.max_area: '08' is not a number the program reads; "
         "write digits, a point and nothing else")]),
    "negative": (
        MAX_AREA, MAX_AREA.replace("500", "-1"),
        ["law.yaml line N, office_rent.terms.max_area: -1 lies outside 0 … 50,000 m2 → check the unit"]),
    "beyond the range": (
        MAX_AREA, MAX_AREA.replace("500", "50000.01"),
        ["law.yaml line N, office_rent.terms.max_area: 50000.01 lies outside 0 … 50,000 m2 → check the unit"]),
    "per cent": (
        HIGH_RATE, HIGH_RATE.replace("0.50", "50"),
        ["law.yaml line N, tax_rebate.terms.high_rate: 50 lies outside 0 … 1 share → write 0.5 for 50 %"]),
    "more than per cent": (
        HIGH_RATE, HIGH_RATE.replace("0.50", "101"),
        ["law.yaml line N, tax_rebate.terms.high_rate: 101 lies outside 0 … 1 share → check the unit"]),
    "a share too fine": (
        HIGH_RATE, HIGH_RATE.replace("0.50", "0.50001"),
        ["law.yaml line N, tax_rebate.terms.high_rate: 0.50001 is finer than 1/10,000 share → round it"]),
    "half a fen": (
        NATIONAL, NATIONAL.replace("30000000", "30000000.005"),
        ["law.yaml line N, headquarters_award.terms.national_capital: 30000000.005 is finer than 1/100 CNY → round it"]),
    "one of two dates wrong": (
        HIGH_RATE, HIGH_RATE.replace("0.50", "{2013: 0.5, 2015: 40}"),
        ["law.yaml line N, tax_rebate.terms.high_rate: 40 lies outside 0 … 1 share → write 0.4 for 40 %"]),
    "a key that stands twice": (
        MAX_AREA, MAX_AREA + ", unit: m2",
        ["law.yaml line N, office_rent.terms.max_area.unit: stands twice, also on line N → keep one"]),
    "a number as an office writes it": (
        HIGH_RATE, HIGH_RATE.replace("0.50", "50%"),
        [("law.yaml line N, tax_rebate.terms.high_rate.value: '50%' is not a number the program reads; "
         "write digits, a point and nothing else")]),
    "an eight with a zero before it": (
        "    years: {value: 2, unit: years, article: 四（四）", "    years: {value: 08, unit: years, article: 四（四）",
        [("law.yaml line N, tax_rebate.terms.years.value: '08' is not a number the program reads; "
         "write digits, a point and nothing else")]),
    "a day that is none": (
        "start: 2013-01-01", "start: 2013-02-30",
        ["law.yaml line N, policy.start: 2013-02-30 is no day of the calendar"]),
    "a date of another country": (
        "start: 2013-01-01", "start: 01/02/2013",
        ["law.yaml line N, policy.start: is '01/02/2013' → write a date as 2013-01-01"]),
    "no start": (
        "start: 2013-01-01", "start: none",
        ["law.yaml line N, policy.start: is none → write a date as 2013-01-01"]),
    "a year for the end": (
        "end: 2015-12-31", "end: 2015",
        ["law.yaml line N, policy.end: is 2015 → write a date as 2013-01-01 or none"]),
    "end before start": (
        "end: 2015-12-31", "end: 2012-12-31",
        ["law.yaml line N, policy.end: 2012-12-31 lies before policy.start 2013-01-01 → exchange them"]),
}


def with_lines(problem: str, line: int) -> str:
    """A problem with "line N" and the like as the number it is."""
    return re.sub(r"line N([+-]\d+)?", lambda found: f"line {line + int(found.group(1) or 0)}", problem)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_line_path_and_remedy(fault, tmp_path):
    old, new, expected = FAULTS[fault]
    text, line = replaced(TEXT, old, new)
    assert refusals(tmp_path, text) == [with_lines(problem, line) for problem in expected]


def test_a_policy_may_last_a_day(tmp_path):
    text, _ = replaced(TEXT, "end: 2015-12-31", "end: 2013-01-01")
    law = read_law(written(tmp_path, text))
    assert law.start == law.end == law.set({"policy.end": datetime.date(2013, 1, 1)}).end == datetime.date(2013, 1, 1)
    assert texts_of(law.set, {"policy.end": datetime.date(2012, 1, 1), "data_line.cap": "much"}) == [  # dates once the rest is well
        "law.data_line.cap: is 'much' → write a number in CNY, or {year: number}"]


def test_a_clause_without_a_block_is_not_offered(tmp_path):
    text, _ = replaced(TEXT, SCHOOL_PLACES, "")
    law = read_law(written(tmp_path, text))
    assert law.withdrawn == {"school_places"} and law.blocks["school_places"] == Block(
        "school_places", "", "school_places", "school_places", NOT_OFFERED)
    assert not any(path.startswith("school_places") for path in law.numbers)


def test_a_missing_term_and_a_missing_block_are_named(tmp_path):
    text, line = replaced(TEXT, term_line(TEXT, "data_line.cap").group() + "\n", "")
    assert refusals(tmp_path, text) == [
        f"law.yaml line {line - 3}, data_line.terms.cap: is missing → add cap: {{value: …, unit: CNY, article: …}}"]
    start, end = TEXT.index("sharing:\n"), TEXT.index("# The targets of 二")
    assert refusals(tmp_path, TEXT[:start] + TEXT[end:]) == ["law.yaml: sharing is missing → add the block sharing"]


def test_all_faults_of_a_file_come_at_once_each_on_its_line(tmp_path):
    together = ("unknown term", "wrong edge", "per cent", "half a fen", "an unknown kind", "a day that is none",
                "an eight with a zero before it", "a number for a label")
    text, expected = TEXT, set()
    for old, new, _ in (FAULTS[fault] for fault in together):
        text, _ = replaced(text, old, new)
    for _, new, told in (FAULTS[fault] for fault in together):
        line = text[: text.index(new)].count("\n") + 1
        expected |= {with_lines(problem, line) for problem in told}
    assert set(refusals(tmp_path, text)) == expected
    assert len(expected) == len(together) + 1  # the unknown term is also a missing one


@pytest.mark.parametrize("content, words", [
    (b"", "is empty"),
    (b"- 1\n- 2\n", "does not hold `key: value` lines"),
    (b"just words", "does not hold `key: value` lines"),
    ("name: 九龙坡".encode("gbk"), "is not UTF-8"),
    (b"\x00\x01\x02binary", "is not YAML"),
    (b"name: [1\n", "expected"),
    (b"a: &x 1\nb: *x\n", "anchors and aliases are not read"),
    (b"name: !!python/object/apply:os.system [ls]\n", "has the tag"),
])
def test_what_is_no_law_file_is_a_law_error(content, words, tmp_path):
    path = tmp_path / "law.yaml"
    path.write_bytes(content)
    with pytest.raises(LawError, match=words):
        read_law(path)
    assert all(p.place.startswith("law.yaml") for p in problems_of(read_law, path))


def test_a_file_that_is_not_there_is_a_law_error(tmp_path):
    with pytest.raises(LawError, match=r"gone.yaml: cannot be read .* → check the path"):
        read_law(tmp_path / "gone.yaml")


# ------------------------------------------------------------------------------------------ dated numbers


def test_a_number_may_hold_from_a_year_on(tmp_path):
    law = read_law(written(tmp_path, with_term(TEXT, "tax_rebate.high_rate", value="{2014: 0.5, 2016: 0.4}")))
    rate = law.numbers["tax_rebate.high_rate"]
    assert [rate.at(y) for y in range(2012, 2018)] == [D("0.5")] * 4 + [D("0.4")] * 2  # before the first: the first
    compiled = law.compile(TERMS, range(2012, 2018))["tax_rebate"]["high_rate"]
    assert compiled.tolist() == [5000] * 4 + [4000] * 2


def test_dates_are_set_one_by_one_or_all_together(law):
    def rates(changed):
        return [changed.numbers["tax_rebate.high_rate"].at(year) for year in (2013, 2014, 2015, 2016)]

    later = law.set({"tax_rebate.high_rate@2015": D("0.4")})
    assert rates(later) == [D("0.5"), D("0.5"), D("0.4"), D("0.4")]
    both = law.set({"tax_rebate.high_rate@2016": D("0.1"), "tax_rebate.high_rate@2014": D("0.2")})
    assert rates(both) == [D("0.5"), D("0.2"), D("0.2"), D("0.1")]
    assert rates(later.set({"tax_rebate.high_rate@2015": D("0.3")})) == [D("0.5"), D("0.5"), D("0.3"), D("0.3")]
    assert rates(law.set({"tax_rebate.high_rate": {2013: D("0.5"), 2014: D("0.6")}})) == [D("0.5")] + [D("0.6")] * 3
    assert rates(later.set({"tax_rebate.high_rate": D("0.1")})) == [D("0.1")] * 4  # without a date: for all years
    assert rates(law) == [D("0.5")] * 4  # and the law itself stays as it was


@pytest.mark.parametrize("path", ["tax_rebate.high_rate@", "tax_rebate.high_rate@15", "tax_rebate.high_rate@1989",
                                  "tax_rebate.high_rate@2101"])
def test_a_date_that_is_no_year_is_refused(law, path):
    assert texts_of(law.set, {path: D("0.4")}) == [f"law.{path}: has no year after @ → write e.g. @2015"]


def test_a_number_is_kept_by_the_years_it_holds_from(law):
    def years(changes, path="tax_rebate.high_rate"):
        return law.set(changes).numbers[path].values

    share = law.numbers["sharing.local_vat_share"].values
    assert years({}) == {1900: D("0.5")} and len(share) == 3
    assert years({"tax_rebate.high_rate": D("0.4")}) == {1900: D("0.4")}
    assert years({"tax_rebate.high_rate@1990": D("0.4"), "tax_rebate.high_rate@2100": D("0.3")}) == {
        1900: D("0.5"), 1990: D("0.4"), 2100: D("0.3")}
    assert years({"sharing.local_vat_share": D("0.3")}, "sharing.local_vat_share") == {min(share): D("0.3")}


def test_what_is_too_many_is_taken_for_per_cent_of_shares_alone(law):
    assert texts_of(law.set, {"tax_rebate.years": 60}) == ["law.tax_rebate.years: 60 lies outside 0 … 50 years → check the unit"]


def test_a_policy_not_in_force_has_no_days(law):
    policy = law.set({"policy.in_force": False}).compile(TERMS, [2013])["policy"][0]
    assert (policy["start"], policy["end"]) == (0, 0)


def test_a_change_is_checked_like_the_file_and_all_at_once(law):
    changes = {"tax_rebate.hihg_rate": 1, "tax_rebate.high_rate@2015": 50, "data_line.cap": "much",
               "policy.start": None, "policy.end": 2015, "office_rent.months": D("1.5"), "data_line.rate": float("nan")}
    assert texts_of(law.set, changes) == [
        "law.tax_rebate.hihg_rate: is no number of the law → did you mean law.tax_rebate.high_rate?",
        "law.tax_rebate.high_rate@2015: 50 lies outside 0 … 1 share → write 0.5 for 50 %",
        "law.data_line.cap: is 'much' → write a number in CNY, or {year: number}",
        "policy.start: is none → write a date as 2013-01-01",
        "policy.end: is 2015 → write a date as 2013-01-01 or none",
        "law.office_rent.months: 1.5 is finer than 1/1 months → round it",
        "law.data_line.rate: NaN lies outside 0 … 1 share → check the unit",
    ]
    assert texts_of(law.set, {"policy.end": datetime.date(2012, 12, 31)}) == [
        "policy.end: 2012-12-31 lies before policy.start 2013-01-01 → exchange them"]


# what the widest sensible number of each unit is, and how fine it may be: written down a second time
WIDEST = {"CNY": (D(10**11), 100), "share": (D(1), 10_000), "m2": (D(50_000), 100), "occupancy": (D(1), 1_000_000),
          "count": (D(10**9), 1), "months": (D(600), 1), "years": (D(50), 1)}


def test_each_unit_has_its_widest_and_its_finest_number():
    assert {name: (unit.high, unit.scale) for name, unit in UNITS.items()} == WIDEST


@pytest.mark.parametrize("given, remedy", [("100", "write 1 for 100 %"), ("100.01", "check the unit"), ("1.01", "write 0.0101 for 1.01 %")])
def test_a_share_above_one_is_taken_for_per_cent_up_to_a_hundred(law, given, remedy):
    assert texts_of(law.set, {"tax_rebate.high_rate": D(given)}) == [
        f"law.tax_rebate.high_rate: {given} lies outside 0 … 1 share → {remedy}"]


def test_a_block_without_a_kind_says_so_once(tmp_path):
    text, _ = replaced(TEXT, "  en: Certification award\n  kind: one_off\n", "  en: Certification award\n")
    [problem] = refusals(tmp_path, text)
    assert problem.endswith(", certification_award: kind is missing → add kind:")


def test_a_misspelt_reading_is_told_the_one_meant():
    assert [str(p) for p in check({"opening_awards": "higer_of"})] == [
        "interpretation.opening_awards: has no reading 'higer_of' → did you mean higher_of?"]
    assert [str(p) for p in check({"opening_award": "higher_of", "opening_awards": "qqqq", "qqqq": 1}, "here")] == [
        "here.opening_award: is no interpretation switch → did you mean opening_awards?",
        f"here.opening_awards: has no reading 'qqqq' → one of {', '.join(SWITCHES['opening_awards'].names)}",
        f"here.qqqq: is no interpretation switch → one of {', '.join(SWITCHES)}"]
    assert check({name: reading for name, switch in SWITCHES.items() for reading in switch.names[-1:]}) == []
    with pytest.raises(LawError, match="is no interpretation switch"):
        compile_readings({"qqqq": 1})


def test_a_reading_called_none_may_be_written_as_yaml_reads_it():
    name = next(name for name, switch in SWITCHES.items() if "none" in switch.names)
    assert compile_readings({name: None})[name] == compile_readings({name: "none"})[name] != compile_readings({})[name]
    assert compile_readings(defaults()) == compile_readings({})


def test_a_law_cannot_be_changed_in_place(law):
    number = law.numbers["data_line.cap"]
    for change in (
        lambda: setattr(law, "start", None), lambda: law.numbers.__setitem__("data_line.cap", number),
        lambda: law.blocks.pop("data_line"), lambda: setattr(number, "unit", "share"),
        lambda: number.values.__setitem__(1900, D(1)),
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()


# ------------------------------------------------------------------------------- compiled to machine numbers


def decimals(unit: str):
    scale = UNITS[unit].scale
    return st.integers(0, min(int(UNITS[unit].high) * scale, 10**12)).map(lambda n: D(n) / scale)


@given(data=st.data(), unit=st.sampled_from(list(UNITS)), edge=st.sampled_from(["", *EDGES]))
def test_a_threshold_is_the_least_whole_number_that_reaches_it(data, unit, edge):
    value, scale = data.draw(decimals(unit)), UNITS[unit].scale
    machine = Number("a.b", unit, edge, "", "", "", {1900: value}).machine(2013)

    def reaches(whole: int) -> bool:
        fact = D(whole) / scale
        return fact > value if edge == "more_than" else fact >= value

    assert isinstance(machine, int)
    if edge:
        assert reaches(machine) and not reaches(machine - 1)
    else:
        assert D(machine) / scale == value  # a number that is no threshold is exact


def test_compiled_records_hold_every_number_and_the_dates(law):
    record = law.compile(TERMS, [2013])[0]
    assert (record["policy"]["start"], record["policy"]["end"]) == (20130101, 20151231)
    for path, (value, unit, edge) in OF_THE_TEXT.items():
        block, name = path.split(".")
        assert record[block][name] == value * UNITS[unit].scale + (edge == MORE_THAN), path
    open_end = law.set({"policy.end": None}).compile(TERMS, [2013])[0]
    assert open_end["policy"]["end"] == NO_END > 2100_12_31


def test_the_machine_record_has_exactly_the_declared_numbers():
    declared = {"a": (Term("x", "CNY"), Term("y", "share", threshold=True)), "b": ()}
    dtype = terms_dtype(declared)
    assert dtype.names == ("policy", "a")  # a clause without numbers has no record
    assert dtype["a"].names == ("x", "y")
    assert {f"{block}.{name}" for block in TERMS.names[1:] for name in TERMS[block].names} == set(OF_THE_TEXT)


@pytest.mark.parametrize("path, zh, en", [
    ("headquarters_award.national_capital", "≥ 30,000,000 元", "≥ 30,000,000 CNY"),
    ("platform_membership_award.income", "> 1,000,000 元", "> 1,000,000 CNY"),
    ("model_building_award.occupancy", "> 80%", "> 80%"),
    ("model_building_award.area", "> 5,000 平方米", "> 5,000 m2"),
    ("opening_award.rate", "3%", "3%"),
    ("office_rent.rate", "100%", "100%"),
    ("office_rent.months", "24 月", "24 months"),
])
def test_a_number_is_shown_with_edge_and_unit(law, path, zh, en):
    assert law.numbers[path].shown(2013, "zh") == zh
    assert law.numbers[path].shown(2013, "en") == en


def test_a_policy_is_in_force_or_not(law):
    assert law.in_force and not law.set({"policy.in_force": False}).in_force
    assert texts_of(law.set, {"policy.in_force": 0}) == ["policy.in_force: is 0 → write true or false"]
