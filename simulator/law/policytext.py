"""A policy's nested data in one form, whichever way it was written; and that form as YAML text.

Data are equal in this form exactly where they say the same: a bare number or condition stands for a block with one key.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulator import yamlfile

_PLAIN = re.compile(r"[\w（《“¥.+/-][^\n\r\t:#,\[\]{}]*")  # needs no quotes, also between the braces of one line
_WIDEST = 150
_NAMED = ("facts", "choices", "readings", "numbers", "let", "clauses", "where", "remember", "steps", "exclusive", "caps", "pots", "conduct")
_ONE, _OF_A_READING = "one reading", ("zh", "en", "article", "default", "notes")


def canonical(data: Mapping[Any, Any]) -> dict[Any, Any]:
    """The data in one form: bare values of blocks written out, names that are only a formula bare."""
    out: dict[Any, Any] = {key: _copied(value) for key, value in data.items()}

    def each(block: Any, change: Any) -> None:
        if isinstance(block, dict):
            for name, value in block.items():
                block[name] = change(value)

    def blocked(key: str) -> Any:
        return lambda value: value if isinstance(value, dict) else {key: value}

    def let(value: Any) -> Any:
        return value["is"] if isinstance(value, dict) and set(value) == {"is"} else value

    def reading(block: Any) -> Any:
        if isinstance(block, dict):
            for word, said in block.items():
                if word not in _OF_A_READING and isinstance(said, str):
                    block[word] = {"zh": said, "en": said}
        return block

    for holder in (out, out.get("settlement"), *_blocks(out.get("clauses"))):
        if isinstance(holder, dict):
            each(holder.get("numbers"), blocked("value"))
            each(holder.get("let"), let)
            each(holder.get("where"), blocked("if"))
            each(holder.get("remember"), blocked("if"))
            each(holder.get("conduct"), blocked("if"))
            for key in ("data_error", "ends", "clawback"):
                if holder.get(key) is not None and key in holder:
                    holder[key] = blocked("if")(holder[key])
    each(out.get("readings"), reading)
    return out


def _blocks(clauses: Any) -> list[Any]:
    return list(clauses.values()) if isinstance(clauses, dict) else []


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    return " ".join(value.split()) if isinstance(value, str) else value


def hash_of(data: Mapping[Any, Any]) -> str:
    """A fingerprint of what the data say. The order of what has a name of its own counts, for compiled code knows numbers, readings,
    facts and clauses by their places; that of the keys of a block does not."""
    return hashlib.sha256(json.dumps(_in_order(canonical(data), ""), default=str, ensure_ascii=False).encode()).hexdigest()


def _in_order(value: Any, key: str) -> Any:
    """Nested data as lists of pairs; key: what they stand under."""
    if isinstance(value, list):
        return [_in_order(one, "") for one in value]
    if not isinstance(value, dict):
        return value
    pairs = [
        (str(name), _in_order(inner, _ONE if key == "readings" else "" if key in _NAMED else str(name))) for name, inner in value.items()
    ]
    if key in _NAMED:
        return pairs
    return sorted(pairs, key=lambda pair: "" if key == _ONE and pair[0] not in _OF_A_READING else pair[0])  # its words have an order


def as_yaml(data: Mapping[Any, Any], head: str = "") -> str:
    """The data as YAML that `yamlfile` reads back as the same."""
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    for key, value in data.items():
        if lines and isinstance(value, Mapping | list) and value:
            lines.append("")
        lines += _lines(key, value, 0)
    return "\n".join(lines) + "\n"


def _lines(key: Any, value: Any, depth: int) -> list[str]:
    indent = "  " * depth
    start = f"{indent}{_scalar(str(key)) if not isinstance(key, int) else key}:"
    if isinstance(value, Mapping) and value:
        simple = all(not isinstance(v, Mapping) or (len(v) and all(isinstance(k, int) for k in v)) for v in value.values())
        flow = f"{start} {_flow(value)}"
        if depth and simple and len(flow) <= _WIDEST:
            return [flow]
        return [start, *(line for k, v in value.items() for line in _lines(k, v, depth + 1))]
    return [f"{start} {_flow(value)}"]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(str(k)) if not isinstance(k, int) else k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A value as it reads back; words in quotes where they would mean something else."""
    if not isinstance(value, str):
        return value.isoformat() if isinstance(value, datetime.date) else yamlfile.written(value)
    try:
        same = yamlfile.parse_scalar(value) == value and isinstance(yamlfile.parse_scalar(value), str)
    except ValueError:
        same = True  # what looks like a number and is none stays text: 50%
    if same and _PLAIN.fullmatch(value) and not value.endswith(" ") and not value.startswith(("- ", ".", "+", "/")):
        return value
    return json.dumps(value, ensure_ascii=False)
