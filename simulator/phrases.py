"""A sentence that keeps what it was made of, so that it can be said in another language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any


class Phrase(str):
    """English text with its template, in which {} stands for what is quoted, and the arguments put there."""

    __slots__ = ("arguments", "template")
    template: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return self  # what an exception was raised with stays a phrase, too

    def __add__(self, other: str) -> Phrase:
        return phrase("{}{}", self, other) if other else self

    def __radd__(self, other: str) -> Phrase:
        return phrase("{}{}", other, self) if other else self

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return phrase, (self.template, *self.arguments)  # from another process with all it was made of


def phrase(template: str, *arguments: object) -> Phrase:
    """The sentence of a template and its arguments, in the order of their {}.

    >>> phrase("{} is not a year from {}", "“12”", "2010 … 2030")
    '“12” is not a year from 2010 … 2030'
    """
    said = tuple(argument if isinstance(argument, str) else str(argument) for argument in arguments)
    first, *rest = template.split("{}")
    made = Phrase(first + "".join(argument + text for argument, text in zip(said, rest, strict=True)))
    made.template, made.arguments = template, said
    return made


def any_of(words: Iterable[str]) -> str:
    """Words to choose from.

    >>> any_of(["none", "first_come", "pro_rata"])
    'none or first_come or pro_rata'
    """
    return reduce(lambda before, word: phrase("{} or {}", before, word), words)
