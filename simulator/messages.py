"""What the program has to say, in Chinese: problems and notices, each found by its English in messages.yaml.

The rooms write English where they raise a problem or say a word; the Chinese is looked up where it is shown (screens, pages). A
message quotes paths, numbers and words; those are carried over. One that is told with another inside it is translated with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from simulator.errors import Problem, SimulatorError

_AS_IT_STANDS = re.compile(r"“[^”]*”|'[^']*'|\"[^\"]*\"")  # quoted: what somebody wrote
_PLACES = ((r" (?:line|row) (\d+)\b, ", r" 第 \1 行，"), (r" (?:line|row) (\d+)\b(?! )", r" 第 \1 行"), (r" row ([^,“]+)", r" 中的 \1"),
           (r", cell ", "，单元 "),
           (r", parameter ", "，参数 "), (r"^draws (\d+) … (\d+)", r"第 \1 至 \2 次模拟"), (r" of part (\d+)$", r"（第 \1 部）"))


@cache
def messages() -> dict[str, str]:
    """Every message, English to Chinese; {} or {0}, {1} … stand for what is quoted."""
    from simulator import yamlfile  # here: most commands have nothing to refuse

    document = yamlfile.load(Path(__file__).with_name("messages.yaml"), SimulatorError)
    return {str(english): str(chinese) for section in document.data.values() for english, chinese in section.items()}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Messages as patterns, those with most words of their own first."""
    ordered = sorted(messages().items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return [(re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), chinese)
            for english, chinese in ordered]


@lru_cache(maxsize=4096)
def chinese(text: str, named: Callable[[str], str] = str) -> str:
    """A message in Chinese. named: what becomes of a part that is no message (a name, a number); it stays by default.

    >>> chinese("is no setting"), chinese("did you mean law.tax_rebate.high_rate?")
    ('不是可调设定', '是否应为“law.tax_rebate.high_rate”？')
    >>> chinese("is 'a to b'"), chinese("3 finished blocks are kept in out: --resume goes on from there")
    ("不能是 'a to b'", '已完成的 3 段存于 out：用 --resume 接着模拟')
    """
    if _AS_IT_STANDS.fullmatch(text):
        return named(text)
    found = ((match.groups(), words) for pattern, words in _patterns() if (match := pattern.fullmatch(text)) is not None)
    for parts, words in sorted(islice(found, 3), key=lambda pair: any(map(_torn, pair[0]))):
        return words.format(*(chinese(part, named) for part in parts))
    return named(text)


def _torn(part: str) -> bool:
    """Whether a part holds one end of a quotation only."""
    return "'" in (bare := _AS_IT_STANDS.sub("", part)) or "“" in bare or "”" in bare


def place_in_chinese(place: str) -> str:
    """Where a problem is; paths of settings and options stay as one writes them.

    >>> place_in_chinese("mine.yaml line 3, policy.end"), place_in_chinese("draws")
    ('mine.yaml 第 3 行，policy.end', 'draws')
    """
    if place in messages():
        return messages()[place]
    for english, words in _PLACES:
        place = re.sub(english, words, place)
    return place


def told(problem: Problem, lang: str) -> Problem:
    """A problem in Chinese (`zh`) or as it is."""
    if lang != "zh":
        return problem
    cause, remedy = problem.cause_zh or chinese(problem.cause), problem.remedy_zh or chinese(problem.remedy)
    return Problem(place_in_chinese(problem.place), cause, remedy, problem.severity)


def line(problem: Problem, lang: str) -> str:
    """A problem on one line, place: cause → remedy, in the language asked for.

    >>> line(Problem("--workers 0", "at least one thread is needed"), "zh")
    '--workers 0：至少要有一个线程'
    """
    said = told(problem, lang)
    if lang != "zh":
        return str(said)
    cause, below, formula = said.cause.partition("\n")
    return (f"{said.place}：" if said.place else "") + " → ".join(filter(None, (cause, said.remedy))) + below + formula
