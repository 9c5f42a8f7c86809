"""Whatever stands in a policy file, a sheet of one, or a formula: a policy or problems come of it, and what is accepted never fails."""

import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import yamlfile
from simulator.engine import casebook
from simulator.errors import LawError
from simulator.law import policybook
from simulator.law.policyfile import document_of, examine, law_of, read_policy
from simulator.messages import translated
from simulator.resources import folder
from tests.fuzzing import answers, fuzz, mutated
from tests.scenario.test_fuzz import PIECES as YAML

PIECES = (
    *YAML,
    b"9" * 40,
    b" ** 9",
    b"__import__",
    b"()",
    b"lambda: 0",
    b" if ",
    b" else ",
    b"tier(",
    b"steps(",
    b"last_year.",
    b"in_year(2014).",
    b"paid.total",
    b"award",
    b"year",
    b"0.5",
    "去年.".encode(),
    b"years_ago(3).",
    "前年.".encode(),
    "2015年.".encode(),
    "万元".encode(),
    "％".encode(),
    "（".encode(),
    "且".encode(),
)
WORDS = [piece.decode("utf-8", "replace") for piece in PIECES]
FORMULA = [*WORDS, "online_sales", "sales", "5万元", " + ", " * ", " >= ", ", "]
POLICIES = folder("data") / "policies"
FORM = POLICIES / "form.yaml"


def read(path):
    """Examine a file and tell every problem in both languages, as `policy check` does."""

    def reading() -> None:
        law, problems = examine(document_of(path))
        for problem in problems:
            assert problem.place and translated(problem, "zh").cause
        if law is None:
            raise LawError([p for p in problems if p.severity == "error"])

    return reading


@fuzz
@given(data=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
def test_arbitrary_bytes_as_a_policy(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("p") / "mine.yaml"
    path.write_bytes(data)
    answers(read(path), LawError)


@pytest.mark.parametrize("name", ["wuxiang", "longhua_2025", "form"])
def test_mutated_policies(tmp_path_factory, name):
    path = FORM if name == "form" else POLICIES / name / "policy.yaml"
    good = path.read_bytes()

    @fuzz
    @given(data=mutated(good, PIECES))
    def holds(data):
        mine = tmp_path_factory.mktemp("p") / "mine.yaml"
        mine.write_bytes(data)
        answers(read(mine), LawError)

    read(path)()
    holds()


def test_mutated_sheets_of_a_policy(tmp_path_factory):
    """Cells of the workbook hold texts, numbers, days, truths and formulas that are not theirs."""
    good = policybook.save(yamlfile.load(FORM, LawError, quantities=True).data, tmp_path_factory.mktemp("book") / "good.xlsx")
    sheets = openpyxl.load_workbook(good).sheetnames
    value = st.one_of(
        st.sampled_from(WORDS),
        st.text(max_size=12),
        st.integers(-(10**12), 10**12),
        st.floats(allow_nan=False, allow_infinity=False),
        st.dates(),
        st.booleans(),
        st.none(),
        st.sampled_from(["=award", "=1+1", "=SUM(A1:A3)"]),
    )
    cell = st.tuples(st.sampled_from(sheets), st.integers(1, 12), st.integers(1, 14), value)

    @fuzz
    @given(cells=st.lists(cell, min_size=1, max_size=4))
    def holds(cells):
        book = openpyxl.load_workbook(good)
        for sheet, row, column, put in cells:
            try:
                book[sheet].cell(row, column).value = put
            except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
                return  # no workbook can hold it
        mine = tmp_path_factory.mktemp("book") / "mine.xlsx"
        book.save(mine)
        answers(read(mine), LawError)

    read(good)()
    holds()


PARTS = (b"<c r=", b"</c>", b"<v>", b"1048576", b"XFD", b't="s"', b"<row", b"<mergeCell ref=", b"&#65;", b"<!DOCTYPE x>", b"\x00", b"<f>")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", ""])
@pytest.mark.parametrize("kind", ["policy", "cases"])
def test_mutated_parts_of_a_workbook(tmp_path_factory, part, kind):
    """Also as a whole (""), the packed bytes."""
    home, policy = tmp_path_factory.mktemp("book"), read_policy(FORM).policy
    if kind == "policy":
        book = policybook.save(yamlfile.load(FORM, LawError, quantities=True).data, home / "good.xlsx")
    else:
        book = casebook.save(policy, [], home / "good.xlsx")
    whole = book.read_bytes()
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if part and part not in parts:
        return

    @fuzz
    @given(data=mutated(parts[part] if part else whole, PARTS))
    def holds(data):
        mine = home / "mine.xlsx"
        if part:
            with zipfile.ZipFile(mine, "w") as archive:
                for name, content in parts.items():
                    archive.writestr(name, data if name == part else content)
        else:
            mine.write_bytes(data)
        answers(read(mine) if kind == "policy" else lambda: casebook.load(policy, mine), LawError)

    holds()


@fuzz
@given(
    text=st.one_of(st.text(max_size=80), st.lists(st.sampled_from(FORMULA), max_size=30).map("".join)),
    where=st.sampled_from(["amount", "condition"]),
)
def test_arbitrary_formulas(text, where):
    document = yamlfile.loads(FORM.read_text(encoding="utf-8"), "form.yaml", LawError, quantities=True)
    clause = next(iter(document.data["clauses"].values()))
    if where == "amount":
        clause["amount"] = text
    else:
        clause["where"] = {"mine": {"is": text, "zh": "条件", "en": "condition"}}
    answers(lambda: law_of(document), LawError)


def test_the_form_is_a_policy():
    assert read_policy(FORM).policy.clauses
