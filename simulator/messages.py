"""What the program has to say, in Chinese: problems and notices, each found by its English in messages.yaml.

Where a problem is raised its English is written, as a phrase where it quotes something; the Chinese is looked up where it is shown
(screens, pages), by the phrase's template, and what it quotes is said in Chinese the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from simulator.errors import Problem, SimulatorError
from simulator.phrases import Phrase

FOREIGN = "of other programs"  # argparse, the parser of YAML, the operating system: their sentences, which come finished
_PLACES = (
    (r" (?:line|row) (\d+)\b, ", r" 第 \1 行，"),
    (r" (?:line|row) (\d+)\b(?! )", r" 第 \1 行"),
    (r" row ([^,“]+)", r" 中的 \1"),
    (r", cell ", "，单元 "),
    (r", parameter ", "，参数 "),
    (r"^draws (\d+) … (\d+)", r"第 \1 至 \2 次模拟"),
    (r" of part (\d+)$", r"（第 \1 部）"),
)


@cache
def _sections() -> dict[str, dict[str, str]]:
    from simulator import yamlfile  # here: most commands have nothing to refuse

    document = yamlfile.load(Path(__file__).with_name("messages.yaml"), SimulatorError)
    return {str(name): {str(english): str(words) for english, words in section.items()} for name, section in document.data.items()}


@cache
def messages() -> dict[str, str]:
    """Every message, English to Chinese; {} or {0}, {1} … stand for what is quoted."""
    return {english: words for section in _sections().values() for english, words in section.items()}


@cache
def _foreign() -> list[tuple[re.Pattern[str], str]]:
    """Sentences of other programs, which come without what they were made of, as patterns."""
    return [
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), words)
        for english, words in _sections()[FOREIGN].items()
        if "{}" in english
    ]


def chinese(text: str, named: Callable[[str], str] = str) -> str:
    """A message in Chinese, with all it quotes. named: what becomes of a part that is no message (a name, a number); it stays by default.

    >>> from simulator.phrases import phrase
    >>> chinese("is no setting"), chinese(phrase("did you mean {}?", "law.tax_rebate.high_rate"))
    ('不是可调设定', '是否应为“law.tax_rebate.high_rate”？')
    """
    if isinstance(text, Phrase):
        parts = [chinese(part, named) for part in text.arguments]
        return messages().get(text.template, text.template).format(*parts)
    if text in messages():
        return messages()[text]
    for pattern, words in _foreign():
        if match := pattern.fullmatch(text):
            return words.format(*map(named, match.groups()))
    return named(text)


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


def translated(
    problem: Problem, lang: str, said: Callable[[str], str] = chinese, placed: Callable[[str], str] = place_in_chinese
) -> Problem:
    """A problem in Chinese (`zh`) or as it is. said, placed: how a text and a place are put in Chinese."""
    if lang != "zh":
        return problem
    return Problem(
        placed(problem.place), problem.cause_zh or said(problem.cause), problem.remedy_zh or said(problem.remedy), problem.severity
    )


def line(problem: Problem, lang: str) -> str:
    """A problem on one line, place: cause → remedy, in the language asked for.

    >>> line(Problem("--workers 0", "at least one thread is needed"), "zh")
    '--workers 0：至少要有一个线程'
    """
    said = translated(problem, lang)
    if lang != "zh":
        return str(said)
    cause, below, formula = said.cause.partition("\n")
    return (f"{said.place}：" if said.place else "") + " → ".join(filter(None, (cause, said.remedy))) + below + formula
