"""YAML read strictly: what a person typed is what the program gets, with its line number.

No tags, aliases, merge keys or duplicate keys; none of YAML 1.1's surprises (`no` is a word, `010`, `1_000`, `12:30` and
`50%` are refused). Numbers come as int or exact Decimal (`1e6` too), dates as `datetime.date`, `none` and `null` as None.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from simulator import resources, yamlmending
from simulator.errors import Problem, ScenarioError
from simulator.phrases import phrase
from simulator.regular import bytes_of

# libyaml reads ten times as fast, but not every text as the pure reader does, and not every machine has it: it reads only what
# travels with the program, of which a test holds that both read the same
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_FILE = 512 * 1024
DEEPEST = 20
LONGEST_NUMBER = 28  # characters: as many digits as a Decimal product keeps

_INT = re.compile(r"[+-]?(0|[1-9][0-9]*)$")
_DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]*)?\.[0-9]+$|[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?[eE][+-]?[0-9]{1,3}$")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
_AS_PEOPLE_WRITE = re.compile(r"\d+(\.\d+)? ?%|\d{4}\.\d{1,2}\.\d{1,2}")
_NUMBERLIKE = re.compile(r"[+-]?[0-9][0-9_.,:]*([eE][+-]?[0-9]+)?%?$")


@dataclass
class Document:
    """A YAML file's content: `data` as nested dicts and lists, `lines` from path ("a.b.2013") to line number.

    problems: values that cannot be read (None in `data`) and keys that stand twice, for a reader that gathers them; unread: the
    paths of those values; refused: names in what is reported and not in `data` at all.
    """

    source: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    quantities: bool = False

    def place(self, path: str) -> str:
        """`file line N, path`, as errors name it; of the nearest enclosing path that has a line."""
        found = path
        while found and found not in self.lines:
            found = found.rpartition(".")[0]
        line = f" line {self.lines[found]}" if found in self.lines else ""
        return f"{self.source}{line}, {path}" if path else f"{self.source}{line}"

    def worded(self, problem: Problem) -> Problem:
        """A problem as whoever wrote this kind of file would say it."""
        return problem

    def is_unread(self, path: str) -> bool:
        """Whether the value at this path, or one below it, could not be read and is reported in `problems`."""
        return any(u == path or u.startswith((f"{path}.", f"{path}[")) for u in self.unread)


def parse_scalar(text: str) -> Any:
    """A plain scalar as the program understands it; ValueError for a number written in a way that could mislead.

    >>> parse_scalar("0.4167"), parse_scalar("none"), parse_scalar("true"), parse_scalar("2013-01-01"), parse_scalar("no")
    (Decimal('0.4167'), None, True, datetime.date(2013, 1, 1), 'no')
    """
    if text in ("", "~", "null", "none", "Null", "None", "NULL"):
        return None
    if text in ("true", "True", "false", "False"):
        return text.lower() == "true"
    if len(text) <= LONGEST_NUMBER and _INT.match(text):
        return int(text)
    if len(text) <= LONGEST_NUMBER and _DECIMAL.match(text):
        return Decimal(text)
    if m := _DATE.match(text):
        try:
            return datetime.date(*map(int, m.groups()))
        except ValueError:
            raise ValueError(phrase("{} is no day of the calendar", text)) from None
    if _AS_PEOPLE_WRITE.fullmatch(text):  # read by whoever knows what it is of
        return text
    if _NUMBERLIKE.match(text):
        shown = text if len(text) <= LONGEST_NUMBER else f"{text[:LONGEST_NUMBER]}…"
        raise ValueError(phrase("{} is not a number the program reads; write digits, a point and nothing else", repr(shown)))
    return text


def written(value: Any) -> str:
    """A value as it is written in YAML; reads back as the same value.

    >>> written({"low": 0.1, "high": Decimal("0.30")}), written(None), written(44e9), written(True)
    ('{low: 0.1, high: 0.30}', 'none', '44000000000', 'true')
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        value = value or 0.0  # there is no minus zero
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "none" if value is None else str(value)


def shown(value: Any) -> str:
    """A value as an error message shows it: as written, words in quotes."""
    return repr(value) if isinstance(value, str) else written(value)


def load(path: Path, error: type[Exception] = ScenarioError, *, gather: bool = False, quantities: bool = False) -> Document:
    """Read a YAML file whose top level is a mapping. Raises `error` (a SimulatorError) with all problems found.

    gather: leave values that cannot be read and keys that stand twice in `Document.problems`, to be raised with others;
    quantities: what looks like a number and is none (`50%`, `1,000`) stays text, for a reader of numbers with units.
    """
    source = path.name
    try:
        raw = bytes_of(path, LARGEST_FILE + 1)
    except OSError as e:
        raise error([Problem(str(path), phrase("cannot be read ({})", e.strerror or e), "check the path")]) from e
    if len(raw) > LARGEST_FILE:
        size, most = (format(count, ",") for count in (path.stat().st_size, LARGEST_FILE))
        raise error([Problem(source, phrase("has {} bytes", size), phrase("at most {} are read", most))])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise error([Problem(source, phrase("byte {} is not UTF-8", e.start), "save the file as UTF-8")]) from e
    return loads(text, source, error, gather=gather, quantities=quantities, loader=_FAST if resources.is_own(path) else yaml.SafeLoader)


def loads(
    text: str,
    source: str,
    error: type[Exception] = ScenarioError,
    *,
    gather: bool = False,
    quantities: bool = False,
    loader: type[Any] = yaml.SafeLoader,
) -> Document:
    """As `load`, from text. loader: of PyYAML; another than its pure one is for text that both read alike."""
    document = Document(source, quantities=quantities)
    stopped = False

    def read(text: str) -> yaml.Node | None:
        nonlocal stopped
        problems, depth, stopped = list[Problem](), 0, True
        for event in yaml.parse(text, Loader=loader):
            place = f"{source} line {event.start_mark.line + 1 if event.start_mark else 1}"
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:  # at once: a deep tower takes the parser minutes
                raise error([*problems, Problem(place, phrase("is nested deeper than {} levels", DEEPEST), "flatten it")])
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                problems.append(Problem(place, "anchors and aliases are not read", "write it out"))
            if tag := getattr(event, "tag", None):  # one that was written; the others are only worked out with the nodes
                problems.append(Problem(place, phrase("has the tag {}", tag), "remove it"))
        if problems:
            raise error(problems)
        node: yaml.Node | None = yaml.compose(text, Loader=loader)
        stopped = False
        return node

    try:
        node = read(text)
    except yaml.YAMLError:
        if loader is not yaml.SafeLoader:  # a file of ours that somebody changed: reported in the words of the pure reader
            return loads(text, source, error, gather=gather)
        node = None
    except (RecursionError, ValueError) as e:
        raise error([Problem(source, "is not YAML a person wrote", "check the file")]) from e
    if stopped or quantities:
        mended = yamlmending.mend(text, node, read, doubtful=quantities)
        document.problems = [Problem(f"{source} line {line}" if line else source, *said) for line, *said in mended.slips]
        if mended.slips and not (quantities and gather and mended.node is not None):
            raise error(document.problems)
        node = mended.node
    if node is None:
        raise error([Problem(source, "is empty", "write at least a name")])
    if not isinstance(node, yaml.MappingNode):
        raise error([Problem(source, "does not hold `key: value` lines", "write a mapping")])
    document.data = _value(node, "", document)
    if document.problems and not gather:
        raise error(document.problems)
    return document


def _value(node: yaml.Node, path: str, document: Document) -> Any:
    line = node.start_mark.line + 1
    place = f"{document.source} line {line}" + (f", {path}" if path else "")
    document.lines.setdefault(path, line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, f"{path}[{i}]", document) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, child in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else None
            where = f"{document.source} line {key_node.start_mark.line + 1}"
            if key is None or key == "<<":
                document.problems.append(Problem(where, "has a key that is not a word", "write a plain name"))
                continue
            inner = f"{path}.{key}" if path else key
            typed: Any = int(key) if re.fullmatch(r"[12]\d{3}", key) else key
            if inner in document.lines:  # also where it is once a path with points and once in levels
                cause = phrase("stands twice, also on line {}", document.lines[inner])
                document.problems.append(Problem(f"{where}, {inner}", cause, "keep one"))
                continue
            document.lines[inner] = key_node.start_mark.line + 1
            mapping[typed] = _value(child, inner, document)
        return mapping
    if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"', "|", ">"):
        return str(node.value)
    try:
        return parse_scalar(str(node.value))
    except ValueError as e:
        if document.quantities and not _DATE.match(str(node.value)):
            return str(node.value)
        document.problems.append(Problem(place, str(e)))
        document.unread.add(path)
        return None
