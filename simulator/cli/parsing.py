"""argparse in the house's manner: in the language asked for, filled to the screen's width, its refusals said like all others."""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NoReturn

from simulator.cli.language import translated
from simulator.console import safe, say
from simulator.errors import Problem, SimulatorError, nearest
from simulator.messages import line
from simulator.phrases import phrase

WORDS = {  # of the frame around every verb
    "en": {
        "one": "1 problem, nothing done:",
        "many": "{count} problems, nothing done:",
        "interrupted": "interrupted",
        "usage": "usage: ",
        "options": "options:",
        "arguments": "arguments:",
        "commands": "commands:",
        "stop": ".",
        "example": "Example: ",
    },
    "zh": {
        "one": "共 1 处问题，未做任何处理：",
        "many": "共 {count} 处问题，未做任何处理：",
        "interrupted": "已中断",
        "usage": "用法：",
        "options": "选项：",
        "arguments": "参数：",
        "commands": "命令：",
        "stop": "。",
        "example": "示例：",
    },
}
# what may not be torn apart: a Chinese sign with the punctuation after it, any other word
_TOKEN = re.compile(r"(?:[（“《]*[\u2e80-\u9fff\uff01-\uff60]|[^\s\u2e80-\u9fff\uff01-\uff60]+)[，。；：、？！）”》]*|\s+")


def refused(count: int, lines: list[str], lang: str) -> str:
    """The frame of every refusal: how many problems there are, and what is said of each."""
    return "\n".join([WORDS[lang]["one" if count == 1 else "many"].format(count=count), *lines])


def filled(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` places of a screen, on which a Chinese sign takes two.

    >>> filled("模拟次数上限（默认：50,000）", 17), filled("most draws (default: 50,000)", 17)
    (['模拟次数上限（默', '认：50,000）'], ['most draws', '(default: 50,000)'])
    """
    lines, free = [""], width
    for token in _TOKEN.findall(text):
        taken = sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in token)
        if taken > free and lines[-1]:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            free = width
            token = token.lstrip()
        lines[-1] += token
        free -= taken
    return [found.rstrip() for found in lines]


class Formatter(argparse.HelpFormatter):
    """Help filled to the screen's width; lines that are indented, as examples, stay as they are."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return filled(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(text_line if text_line.startswith(" ") else "\n".join(filled(text_line, width)) for text_line in text.splitlines())


class Version(argparse.Action):
    """--version: the installed package's."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        say(f"simulator {version('retail-subsidy-budget')}")
        parser.exit()


class Parser(argparse.ArgumentParser):
    """The parser of all verbs, and of each."""

    lang = "en"

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", WORDS[self.lang]["usage"], 1)

    def format_help(self) -> str:
        said = super().format_help().replace("usage: ", WORDS[self.lang]["usage"], 1)
        for kind in ("options", "arguments", "commands"):  # argparse puts an English colon after each heading
            said = said.replace(f"\n{kind}:\n", f"\n{WORDS[self.lang][kind]}\n", 1)
        return said

    def error(self, message: str) -> NoReturn:
        found = re.fullmatch(r"(?:argument (?P<place>\S+): )?(?P<cause>.*?)(?:, maybe you meant .*)?", message, re.DOTALL)
        place, cause = found["place"] or "", found["cause"]  # type: ignore[index]  # it matches every text
        remedy: str = phrase("see {} --help", self.prog)
        if choice := re.fullmatch(r"invalid choice: (.*?),? .*\(choose from (.*)\)", cause):
            known = choice[2].replace("'", "").split(", ")
            cause, remedy = (
                phrase("there is no {}", choice[1]),
                nearest(choice[1].strip("'"), known) or phrase("one of {}", ", ".join(known)),
            )
        self._refuse([Problem(place, cause, remedy)])

    def _refuse(self, problems: Sequence[Problem]) -> NoReturn:
        said = refused(len(problems), [f"  {line(problem, self.lang)}" for problem in problems], self.lang)
        self.exit(SimulatorError.exit_code, f"{said}\n")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse; what no option takes is refused beside the verb's own options, all of it at once."""
        found, left = self.parse_known_args(args, namespace)
        if left:
            verb = self.verbs().get(found.name, self)
            words = [word for i, word in enumerate(left) if word.startswith("-") or not (i and left[i - 1].startswith("-"))]
            self._refuse([self._unknown(word, verb) for word in words])
        return found

    def _unknown(self, word: str, verb: Parser) -> Problem:
        option = word.partition("=")[0]
        elsewhere = [name for name, other in self.verbs().items() if option in other._option_string_actions]
        if elsewhere:
            return Problem(
                option, phrase("is no option of {}", verb.prog), phrase("{} have it; see {} --help", ", ".join(elsewhere), verb.prog)
            )
        remedy = nearest(option, sorted(verb._option_string_actions)) if word.startswith("-") else ""
        return Problem("", phrase("unrecognized arguments: {}", word), remedy or phrase("see {} --help", verb.prog))

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(safe(message) if message else message, file)

    def verbs(self) -> dict[str, Parser]:
        """The parser of each verb."""
        return next((action.choices for action in self._actions if isinstance(action, argparse._SubParsersAction)), {})

    def translate(self, lang: str) -> None:
        """Headings and the help of every option in this language, which is also what --lang is without being given."""
        self.lang = lang
        self._positionals.title, self._optionals.title = "arguments", "options"
        for action in self._actions:
            action.help = translated(action.help, lang) if action.help else action.help
            if action.dest in ("lang", "languages"):
                action.default = lang if action.dest == "lang" else [lang]
