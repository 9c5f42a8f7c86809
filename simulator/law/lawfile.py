"""A policy's numbers, read strictly from its file in data/law: every fault with line, path and remedy, all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator import yamlfile
from simulator.errors import LawError, Problem, nearest
from simulator.law.legality import read_concerns
from simulator.law.terms import EDGES, KINDS, NOT_OFFERED, Block, Law, Number, Term, date_of, values_of


def read_terms(path: Path, declared: Mapping[str, Iterable[Term]], clauses: Collection[str] = ()) -> Law:
    """Read a law file against what its clauses declare. Unknown, missing and mistyped keys are all reported at once.

    clauses: slugs of those a policy may do without: what the file has no block for it does not offer.

    Raises LawError. Source of the shipped file: data/law/jiulongpo_2013.yaml, from the opinion of 2013.
    """
    document = yamlfile.load(path, LawError, gather=True)
    data, problems = document.data, list(document.problems)
    head = {"name", "zh", "en", "policy"}
    for key in data:
        if key not in head and key not in declared:
            remedy = nearest(str(key), [*head, *declared])
            problems.append(Problem(document.place(str(key)), "is no part of this law", remedy))
    absent = [slug for slug in clauses if slug not in data]
    for key in [*head, *declared]:
        if key not in data and key not in absent:
            problems.append(Problem(document.source, f"{key} is missing", f"add the block {key}"))
    blocks: dict[str, Block] = {}
    numbers: dict[str, Number] = {}
    for slug, terms in declared.items():
        block = data.get(slug)
        if slug in absent:
            blocks[slug] = Block(slug, "", slug, slug, NOT_OFFERED)
            continue
        if not isinstance(block, dict):
            if slug in data:
                problems.append(Problem(document.place(slug), "is not a block of a clause", "indent its keys"))
            continue
        heads = {k: v for k, v in block.items() if k != "legality"}
        problems += _keys(document, slug, heads, {"article", "zh", "en", "kind", "terms"})
        problems += _texts(document, slug, block)
        concerns, found = read_concerns(document, f"{slug}.legality", block.get("legality", {}))
        problems += found
        article, zh, en, kind = (str(block.get(key, "")) for key in ("article", "zh", "en", "kind"))
        blocks[slug] = Block(slug, article, zh, en, kind, concerns)
        if "kind" in block and block["kind"] not in KINDS:
            remedy = nearest(str(block["kind"]), KINDS) or " or ".join(KINDS)
            problems.append(Problem(document.place(f"{slug}.kind"), f"is {yamlfile.shown(block['kind'])}", remedy))
        given = block.get("terms", {})
        if not isinstance(given, dict):
            problems.append(Problem(document.place(f"{slug}.terms"), f"is {yamlfile.shown(given)}", "indent the terms"))
            continue
        if "terms" not in block:
            continue
        wanted = {t.name: t for t in terms}
        for name in given:
            if name not in wanted:
                where = document.place(f"{slug}.terms.{name}")
                problems.append(Problem(where, f"is no term of {slug}", nearest(str(name), wanted)))
        for name, term in wanted.items():
            number, found = _number(document, f"{slug}.terms.{name}", given.get(name), term)
            problems += found
            if number is not None:
                numbers[f"{slug}.{name}"] = replace(number, path=f"{slug}.{name}")
    problems += _texts(document, "", data)
    start: Any = None
    end: Any = None
    if "policy" in data:
        start, end, found = _policy(document, data["policy"])
        problems += found
    if problems:
        raise LawError(problems)
    return Law(str(data["name"]), str(data["zh"]), str(data["en"]), start, end, blocks, numbers, withdrawn=frozenset(absent))


def _policy(document: yamlfile.Document, given: Any) -> tuple[Any, Any, list[Problem]]:
    """The policy's start and end."""
    policy = given if isinstance(given, dict) else {}
    problems = _keys(document, "policy", policy, {"start", "end"})
    dates: dict[str, Any] = {}
    for name, allow_none in (("start", False), ("end", True)):
        if name in policy and not document.is_unread(f"policy.{name}"):
            dates[name], found = date_of(policy[name], document.place(f"policy.{name}"), allow_none=allow_none)
            problems += found
    start, end = dates.get("start"), dates.get("end")
    if start and end and end < start:
        problems.append(Problem(document.place("policy.end"), f"{end} lies before policy.start {start}", "exchange them"))
    return start, end, problems


def _texts(document: yamlfile.Document, path: str, block: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the labels of a block: each is a text."""
    dot = f"{path}." if path else ""
    return [Problem(document.place(f"{dot}{k}"), f"is {yamlfile.shown(block[k])}", "write a text")
            for k in ("name", "article", "zh", "en") if k in block and not (isinstance(block[k], str) and block[k].strip())]


def _keys(document: yamlfile.Document, path: str, block: Mapping[str, Any], wanted: set[str]) -> list[Problem]:
    unknown = [Problem(document.place(f"{path}.{k}"), "is not known here", nearest(str(k), wanted))
               for k in block if k not in wanted]
    return unknown + [Problem(document.place(path), f"{k} is missing", f"add {k}:")
                      for k in sorted(wanted - set(block))]


def _number(document: yamlfile.Document, path: str, given: Any, term: Term) -> tuple[Number | None, list[Problem]]:
    place = document.place(path)
    if document.is_unread(path) and not isinstance(given, dict):
        return None, []
    if given is None:
        return None, [Problem(place, "is missing", f"add {term.name}: {{value: …, unit: {term.unit}, article: …}}")]
    if not isinstance(given, dict):
        return None, [Problem(place, f"is {yamlfile.shown(given)}", "write {value: …, unit: …, article: …, zh: …, en: …}")]
    wanted = {"value", "unit", "article", "zh", "en"} | ({"edge"} if term.threshold else set())
    problems = _keys(document, path, given, wanted) + _texts(document, path, given)
    if given.get("unit", term.unit) != term.unit:
        problems.append(Problem(place, f"has the unit {yamlfile.shown(given['unit'])}", f"the clause reads it in {term.unit}"))
    edge = str(given.get("edge", "")) if term.threshold else ""
    if term.threshold and "edge" in given and edge not in EDGES:
        remedy = nearest(edge, EDGES) or "at_least or more_than"
        problems.append(Problem(place, f"has the edge {yamlfile.shown(given['edge'])}", remedy))
    unread = "value" not in given or document.is_unread(f"{path}.value")
    values, found = ({}, []) if unread else values_of(given["value"], term.unit, place)
    if problems := problems + found:
        return None, problems
    return Number("", term.unit, edge, str(given["article"]), str(given["zh"]), str(given["en"]), values), []
