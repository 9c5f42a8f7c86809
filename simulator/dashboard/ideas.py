"""What-ifs kept by name, and the page's whole state as one word that fits into an address."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import yamlfile
from simulator.errors import Problem, ScenarioError
from simulator.phrases import phrase
from simulator.scenario.given import text_of

VERSION = 1
MOST = 200  # what-ifs of a page, and settings of one that a link may hold
LARGEST = 500_000  # bytes of a link's text
REPLICATE = ("seed", "draws", "sampling")  # what all what-ifs of a page share
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # no file of Windows may be called so
Changes = dict[str, Any]


@dataclass
class Shelf:
    """What-ifs by name, in the order they were kept: path → value, without seed and draws."""

    kept: dict[str, Changes] = field(default_factory=dict)

    def keep(self, name: str, changes: Mapping[str, Any]) -> None:
        """Keep changes under a name; what bore it is replaced. Raises ScenarioError where there is no more room."""
        if name not in self.kept and len(self.kept) >= MOST:
            raise ScenarioError(Problem(name, phrase("{} what-ifs are kept already", MOST), "delete one first"))
        self.kept[name] = {path: value for path, value in changes.items() if path not in REPLICATE}

    def rename(self, old: str, new: str) -> None:
        """Another name for a what-if that is kept, in its place."""
        self.kept = {new if name == old else name: changes for name, changes in self.kept.items() if name == old or name != new}

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)


@dataclass(frozen=True)
class Link:
    """A page's state: the baseline's source and hash (its first letters), the register's, the changes on the page with the name
    they bear, what is kept, draws of the quick picture and of the full run."""

    source: str
    base: str
    register: str
    changes: Changes
    name: str = ""
    kept: Mapping[str, Changes] = field(default_factory=dict)
    draws: tuple[int, int] = (0, 0)

    def text(self) -> str:
        """As letters, digits, - and _."""
        whole = {
            "v": VERSION,
            "s": self.source,
            "b": self.base,
            "r": self.register,
            "n": self.name,
            "c": _written(self.changes),
            "k": [[name, _written(changes)] for name, changes in self.kept.items()],
            "d": list(self.draws),
        }
        packed = zlib.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), 9)
        return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")

    @classmethod
    def read(cls, text: str) -> Link:
        """A state from its word, or from an address that ends in it. Raises ScenarioError for what is none."""
        word = text.strip().rpartition("#")[2].removeprefix("w=")
        try:
            packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
            unpacker = zlib.decompressobj()
            plain = unpacker.decompress(packed, LARGEST)
            if unpacker.unconsumed_tail:
                raise ValueError("too long")
            whole = json.loads(plain)
            json.dumps(whole, ensure_ascii=False).encode()  # halves of characters can neither be shown nor written
            if whole["v"] != VERSION or len(whole["k"]) > MOST:
                raise ValueError("another version")
            quick, full = map(int, whole["d"])
            return cls(
                str(whole["s"]),
                str(whole["b"]),
                str(whole["r"]),
                _read(whole["c"]),
                str(whole["n"])[:MOST],
                {str(name)[:MOST]: _read(changes) for name, changes in whole["k"]},
                (quick, full),
            )
        except (binascii.Error, zlib.error, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as e:
            raise ScenarioError(Problem("link", "is no link of this page, or a part of one", "copy it whole, up to its last letter")) from e


def file_name(title: str) -> str:
    """A title as a name that scenarios, folders and the command line take.

    >>> file_name("方案 一：47.5 %"), file_name(" .."), file_name("CON")
    ('方案-一-47.5', 'what_if', 'CON_')
    """
    name = _NOT_IN_A_NAME.sub("-", title).strip("-.")[:60].strip("-.") or "what_if"
    return f"{name}_" if _DEVICES.fullmatch(name) else name


def _written(changes: Mapping[str, Any]) -> dict[str, str]:
    return {path: text_of(path, value) for path, value in changes.items()}


def _read(changes: Mapping[str, str]) -> Changes:
    if len(changes) > MOST:
        raise ValueError("too many")
    return {str(path): yamlfile.loads(f"value: {text}", str(path)).data["value"] for path, text in changes.items()}
