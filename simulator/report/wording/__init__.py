"""The words of the report: whole sentences with named places, one file a language, the same keys in both.

A sentence is never put together from fragments, because word order is not the same in two languages; where a
case needs other words it has its own key.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from simulator import yamlfile
from simulator.document import Rich
from simulator.errors import Problem, ReportError
from simulator.phrases import phrase

LANGUAGES = ("zh", "en")
BUDGET = ("funds", "Funds")  # places that every wording fills itself: the appropriation, or the example of one
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}


class Example(Protocol):
    """A run, of which the words know only whether its appropriation is the program's example."""

    @property
    def example(self) -> object:
        """Whatever is true where it is."""


@dataclass(frozen=True)
class Wording:
    """The sentences of one language by key ("answer.title")."""

    lang: str
    sentences: Mapping[str, str]
    example: bool = False  # what is appropriated is the program's example: {budget} says so wherever it stands

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return LANGUAGE_TAGS[self.lang]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence, its places filled. A place left empty or filled in vain is a defect: ValueError."""
        return self._filled(key, self.sentences[key], {name: str(v) for name, v in values.items()})

    def rich(self, key: str, /, **values: object) -> Rich:
        """As `say`, with what was filled in set off."""
        given = {name: str(v) for name, v in values.items()}
        self._filled(key, self.sentences[key], given)
        pieces: list[tuple[str, bool]] = []
        for text, name, _, _ in string.Formatter().parse(self.sentences[key]):
            pieces.append((text, False))
            if name is not None:
                pieces.append((given[name], True) if name in given else (self._budget()[name], False))
        return Rich(tuple(piece for piece in pieces if piece[0]))

    def pick(self, names: Mapping[str, str] | str) -> str:
        """A name that comes in both languages, in this one; a plain text as it is."""
        return str(names.get(self.lang, "")) if isinstance(names, Mapping) else str(names)

    def term(self, group: str, name: str) -> str:
        """The word for an identifier of a run's files (a unit, a group); itself if none is known."""
        return self.sentences.get(f"{group}.{name}", name)

    def __contains__(self, key: str) -> bool:
        return key in self.sentences

    def _filled(self, key: str, sentence: str, values: Mapping[str, str]) -> str:
        wanted = places(sentence).difference(BUDGET)
        if wanted != set(values):
            raise ValueError(f"{self.lang}.yaml {key}: has the places {sorted(wanted)}, given {sorted(values)}")
        return sentence.format(**values, **self._budget())

    def _budget(self) -> dict[str, str]:
        """What stands at the places that every wording fills itself."""
        budget = self.sentences.get("terms.budget_example" if self.example else "terms.budget", "")
        return dict(zip(BUDGET, (budget, budget[:1].upper() + budget[1:]), strict=True))


def places(sentence: str) -> set[str]:
    """The named places of a sentence.

    >>> sorted(places("{first}—{last}年"))
    ['first', 'last']
    """
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def load(lang: str, example: bool = False) -> Wording:
    """The words of a language. example: for numbers beside an appropriation that is none of the bureau's own. Raises ReportError for an
    unknown language (also for what is no word, as papermill may hand it over) or a file that cannot be read."""
    return _load(lang if isinstance(lang, str) else repr(lang), example)


@cache
def _load(lang: str, example: bool) -> Wording:
    return Wording(lang, sentences(lang, Path(__file__).parent), example)


def sentences(lang: str, folder: Path) -> dict[str, str]:
    """The sentences of `folder`'s file of a language by dotted key. Raises ReportError as `load`."""
    if lang not in LANGUAGES:
        raise ReportError(Problem("lang", phrase("{} is no language of the report", repr(lang)), phrase("one of {}", ", ".join(LANGUAGES))))
    document = yamlfile.load(folder / f"{lang}.yaml", ReportError)
    return dict(_leaves(document.data, ""))


def _leaves(node: Mapping[str, object], path: str) -> list[tuple[str, str]]:
    """Every sentence under `node` with its dotted key."""
    found: list[tuple[str, str]] = []
    for name, child in node.items():
        key = f"{path}.{name}" if path else str(name)
        if isinstance(child, Mapping):
            found += _leaves(child, key)
        elif isinstance(child, str):
            found.append((key, child))
        else:  # `none` and numbers are read as values: a sentence must not become one unnoticed
            raise ReportError(Problem(key, phrase("is {}, not a sentence", repr(child)), "put it in quotes"))
    return found


def words_of(run: Example, lang: str) -> Wording:
    """The sentences for a run, in which what is appropriated is called an example where it is one."""
    return load(lang, bool(run.example))
