"""A policy read from its file: every problem at once with place, cause and remedy, or a policy that cannot fail at run time.

The file is YAML, or the workbook that `policybook` turns into the same nested data. What each block may hold stands in the
tables below; the guide's page on policy files explains them to whoever writes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from simulator import yamlfile
from simulator.errors import LawError, Problem
from simulator.law.language.formula import (
    FUNCTIONS,
)
from simulator.law.language.units import Unit
from simulator.law.policy import (
    CLAWBACK,
    MOST_CLAUSES,
    Clause,
    Policy,
)
from simulator.law.policyblocks import (
    facts_of,
    fixed_blocks,
    measures_of,
    note_on_targets,
    numbers_of,
    readings_of,
    term_of,
    year_of_targets,
)
from simulator.law.policychecks import whole_file
from simulator.law.policyclauses import clause_of, clause_unit, lets_of, resolve, settlement_of
from simulator.law.policyreader import Reader, Scope, can_name
from simulator.law.policytext import hash_of
from simulator.law.terms import Block, Law

TOP = {
    "name",
    "zh",
    "en",
    "term",
    "facts",
    "readings",
    "numbers",
    "let",
    "clauses",
    "settlement",
    "links",
    "pots",
    "sharing",
    "targets",
    "measures",
    "baseline",
    "source",
    "units",
    "notes",
}


def read_policy(path: Path) -> Law:
    """A policy file as a law: its text made exact, with the numbers as they stand in the file. Raises LawError with every
    problem."""
    return law_of(document_of(path))


def document_of(path: Path) -> yamlfile.Document:
    """What stands in a policy file, YAML or workbook, with the place of everything. Raises LawError where it cannot be opened."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        from simulator.law.policybook import load  # a reader of workbooks, only where there is one

        return load(path)
    return yamlfile.load(path, LawError, gather=True, quantities=True)


def law_of(document: yamlfile.Document) -> Law:
    """As `read_policy`, of a document already loaded."""
    law, problems = examine(document)
    if law is None:
        raise LawError([p for p in problems if p.severity == "error"])
    return law


def examine(document: yamlfile.Document) -> tuple[Law | None, list[Problem]]:
    """A document as a law, None where it has errors; and every problem, warnings too, in the order of the file."""
    reader = Reader(document, list(document.problems))
    law = _read(reader)
    errors = any(p.severity == "error" for p in reader.problems)
    return (None if errors else law), list(dict.fromkeys(map(document.worded, reader.problems)))


def _read(reader: Reader) -> Law | None:
    data = document_data = reader.document.data
    reader.keys("", data, TOP)
    units = reader.mapping("units", data.get("units"))
    reader.labels = frozenset(map(str, units))
    name, zh = (reader.text("", data, key) for key in ("name", "zh"))
    en = reader.text("", data, "en", name.replace("_", " "))
    start, end = term_of(reader, data)
    facts_of(reader, reader.mapping("facts", data.get("facts")))
    readings_of(reader, reader.mapping("readings", data.get("readings")))
    blocks_given = {
        str(slug): reader.mapping(f"clauses.{slug}", block) for slug, block in reader.mapping("clauses", data.get("clauses")).items()
    }
    if not blocks_given:
        reader.wrong("clauses", ("has no clause", "没有条款"), ("add clauses: with one block each", "请在 clauses: 下逐条写明"))
    if len(blocks_given) > MOST_CLAUSES:
        reader.wrong(
            "clauses",
            (f"has {len(blocks_given)} clauses", f"有{len(blocks_given)}条条款"),
            (f"at most {MOST_CLAUSES}: split the policy into two files", f"至多{MOST_CLAUSES}条，请拆成两份文件"),
        )
        return None
    for slug in blocks_given:
        if not can_name(slug) or slug in TOP | {"policy", CLAWBACK} or slug in FUNCTIONS:
            reader.wrong(
                f"clauses.{slug}",
                (f"{slug} cannot name a clause", f"“{slug}”不能作条款名"),
                ("letters, digits and _, beginning with a letter", "只用字母、数字和下划线，以字母开头"),
            )
    in_kind = [s for s, b in blocks_given.items() if b.get("kind") == "in_kind"]
    slugs = [*(s for s in blocks_given if s not in in_kind), *in_kind]
    numbers_of(reader, "numbers", reader.mapping("numbers", data.get("numbers")), "")
    for slug in slugs:
        article = str(blocks_given[slug].get("article", ""))
        numbers_of(reader, slug, reader.mapping(f"clauses.{slug}.numbers", blocks_given[slug].get("numbers")), article)
    shared = Scope(reader)
    shared.lets = lets_of(reader, "let", data.get("let"), shared)
    clauses: list[Clause] = []
    heads: dict[str, Block] = {}
    clause_units: dict[int, Unit] = {}
    above: dict[str, int] = {}
    for k, slug in enumerate(slugs):
        given = blocks_given[slug]
        unit = clause_unit(reader, slug, given)
        clause_units[k] = unit
        clause = clause_of(reader, slug, k, given, unit, shared, dict(above), clause_units)
        clauses.append(clause)
        heads[slug] = Block(slug, clause.article, clause.zh, clause.en, clause.kind, clause.legality)
        above[slug] = k
    settlement = settlement_of(reader, data, shared, slugs, clause_units)
    for word in shared.lets:
        resolve(shared, word)
    fixed = fixed_blocks(reader, data)
    measures, targets_year = measures_of(reader, data), year_of_targets(reader, data)
    machine = tuple(reader.numbers)
    number_units = dict(reader.units)
    whole_file(reader, clauses, settlement, shared, end)
    if any(p.severity == "error" for p in reader.problems):
        return None
    policy = Policy(
        name,
        zh,
        en,
        start,
        end,
        tuple(clauses),
        tuple(reader.own.values()),
        reader.switches,
        settlement,
        machine,
        number_units,
        tuple(shared.found.values()),
        tuple(blocks_given),
        reader.document.source,
        hash_of(document_data),
        str(data.get("baseline") or ""),
        frozenset(p for p, n in reader.numbers.items() if n.discretion),
        targets_year,
        note_on_targets(reader, data),
        reader.mapping("term", data.get("term")).get("assumed") is True,
        measures,
        {path: (number.zh, number.en) for path, number in reader.numbers.items()},
        document_data,
    )
    edges: dict[str, str] = {}
    for clause in clauses:
        for edge in clause.edges:
            edges.setdefault(edge.number, {">=": "at_least", ">": "more_than"}.get(edge.op, ""))
    numbers = {path: replace(number, edge=edges.get(path, "")) for path, number in reader.numbers.items()}
    blocks = {
        **(
            {"numbers": Block("numbers", "", "共用数值", "shared numbers", "rule")}
            if any(p.startswith("numbers.") for p in numbers)
            else {}
        ),
        **{slug: fixed[0][slug] for slug in fixed[0]},
        **{slug: heads[slug] for slug in blocks_given},
    }
    back = reader.mapping("settlement", data.get("settlement")).get("clawback")
    if isinstance(back, Mapping) and back.get("article"):
        blocks["clawback"] = Block("clawback", str(back["article"]), "追回", "clawback", "rule")
    return Law(name, zh, en, start, end, blocks, {**fixed[1], **numbers}, policy=policy)
