"""The report as Excel, Word and PDF, looked at from inside: totals, formulas, charts, pictures, pages."""

from __future__ import annotations

import csv
import getpass
import math
import os
import platform
import re
import subprocess
import zipfile
from datetime import UTC, datetime
from itertools import pairwise

import docx
import openpyxl
import pytest
from matplotlib.figure import Figure as Drawing
from openpyxl.utils import range_boundaries

from simulator.document import (
    Bullets,
    Card,
    Cards,
    Cell,
    Contents,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Rich,
    Section,
    Table,
    Title,
)
from simulator.document.numbers import UNITS, WITHHELD, shown
from simulator.errors import ReportError
from simulator.files import put
from simulator.render import docx as word
from simulator.render import pdf, xlsx
from simulator.render.pictures import pictured
from simulator.report import sections, workbook
from simulator.report.making import numbered
from simulator.report.publish import _REMEDY, publish
from simulator.report.wording import LANGUAGES, load
from simulator.store.record import TOTAL, RunFolder
from tests.report import books as tables
from tests.report import fake_run
from tests.report.chinese import english_in
from tests.report.made import document, write_workbook


@pytest.fixture(scope="module")
def books(run, tmp_path_factory):
    """The workbook of the invented run in each language."""
    where = tmp_path_factory.mktemp("工作簿 x")
    for lang in LANGUAGES:
        write_workbook(run(), lang, where / f"{lang}.xlsx")
        workbook.write_tables(run(), lang, where / f"{lang}.tables.xlsx")
    return where


@pytest.fixture(scope="module")
def documents(run, tmp_path_factory):
    where = tmp_path_factory.mktemp("文档 x")
    for lang in LANGUAGES:
        word.write(document(run(), lang), where / f"{lang}.docx")
    return where


@pytest.mark.parametrize("lang", LANGUAGES)
def test_totals_are_formulas_that_give_what_the_page_prints(books, run, lang):
    one, words, unit = run(), load(lang), UNITS[lang]["money"]
    formulas, values = (openpyxl.load_workbook(books / f"{lang}.xlsx", data_only=kept) for kept in (False, True))
    table, yuan, total = words.say("cost.table"), words.say("workbook.yuan_unit"), words.say("cost.total")
    (sheet, block), (_, last), (_, above) = (tables.place(values, table, *at) for at in ((yuan,), (yuan, total), (total,)))
    formulas, values = formulas[sheet.title], sheet
    first = next(row for row in range(block, last) if values.cell(row, 2).value == "四（一）")
    for column, year in enumerate([*one.cash_years, TOTAL], start=3):
        engine = one.row("paid", TOTAL, year)
        letter = values.cell(1, column).column_letter
        assert formulas.cell(last, column).value == f"=SUM({letter}{first}:{letter}{last - 1})"
        added = math.fsum(values.cell(row, column).value for row in range(first, last))
        assert added == pytest.approx(values.cell(last, column).value, abs=0.005)
        assert values.cell(last, column).value == pytest.approx(engine["mean"], abs=0.005)
        printed = shown(engine, unit)
        assert unit.text(added, engine["standard_error"]) == printed
        assert values.cell(above, column).value * unit.scale == pytest.approx(engine["mean"], abs=0.005)
        assert formulas.cell(above, column).value == f"={letter}{last}/{unit.scale:.0f}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_calculating_program_finds_the_same_totals(books, run, lang, need, tmp_path):
    """LibreOffice works the formulas out anew."""
    office = need("soffice")
    done = subprocess.run(
        [
            office,
            "--headless",
            f"-env:UserInstallation={(tmp_path / 'office').as_uri()}",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
            "--outdir",
            str(tmp_path),
            str(books / f"{lang}.xlsx"),
        ],
        capture_output=True,
        timeout=180,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )  # a sheet's name becomes a file's
    text = next(tmp_path.glob(f"{lang}-{load(lang).say('workbook.costs')}*.csv"), None)
    assert text, done.stderr
    rows = list(csv.reader(text.read_text(encoding="utf-8").splitlines()))
    block = next(place for place, row in enumerate(rows) if row[0] == load(lang).say("workbook.yuan_unit"))
    total = next(row for row in rows[block:] if row[0] == load(lang).say("cost.total"))
    years = len(run().cash_years)
    assert float(total[2 + years].replace(",", "")) == pytest.approx(run().row("paid")["mean"], abs=0.01)
    assert not any(cell.startswith(("#", "Err:")) for row in rows for cell in row)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_is_ready_to_work_with(books, run, lang):
    words, book = load(lang), openpyxl.load_workbook(books / f"{lang}.xlsx")
    for heading in (
        "cost.table",
        "risk.table",
        "growth.table",
        "targets.table",
        "performance.short",
        "assumptions.plain",
        "readings.plain",
        "made.plain",
    ):
        tables.place(book, words.say(heading))
    assert all(sheet.freeze_panes for sheet in book)
    assert len(book[words.say("workbook.costs")]._charts) == 1 and len(book[words.say("workbook.risk")]._charts) == 2  # native charts
    assert len(tables.table(book, words.say("assumptions.plain"))) >= len(run().rows_of("assumptions"))
    properties = {p.name: p.value for p in book.custom_doc_props.props}
    assert properties["run-id"] == run().run_id and properties["law-sha256"] == run().record["hashes"]["law"]
    errors = [(s.title, c.coordinate) for s in book for row in s.iter_rows() for c in row if str(c.value).startswith("#")]
    assert errors == []
    if lang == "en":
        texts = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.data_type == "s"]
        texts = [re.sub(r"[一二三四五]+(（[一二三四五六七八九十]+）)*", "", t) for t in texts]  # articles of the text
        assert [t for t in texts if re.search("[\u4e00-\u9fff]", t)] == []


def test_the_chinese_workbook_and_document_are_chinese(books, documents, run):
    book, document = openpyxl.load_workbook(books / "zh.xlsx"), docx.Document(documents / "zh.docx")
    more = openpyxl.load_workbook(books / "zh.tables.xlsx")
    cells = [c.value for sheet in [*book, *more] for row in sheet.iter_rows() for c in row if c.data_type == "s"]
    assert len(cells) > 500
    cells = [cell.replace("zh.tables.xlsx", "") for cell in cells]
    assert english_in("\n".join([*cells, *book.sheetnames, *more.sheetnames]), run()) == set()
    said = [paragraph.text for paragraph in document.paragraphs]
    said += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert len(said) > 300
    assert english_in("\n".join(said), run()) == set()


def test_the_net_cost_is_worked_out_from_the_rows_above_it(tmp_path):
    """On the engine's own numbers: what is paid, plus and less."""
    import simulator

    budget = simulator.run(simulator.load_scenario("baseline", {"draws": 30}))
    run = RunFolder.open(budget.write(tmp_path / "run"))
    write_workbook(run, "zh", tmp_path / "b.xlsx")
    words = load("zh")
    formulas, values = (openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=kept) for kept in (False, True))
    sheet, row = tables.place(values, *(words.say(key) for key in ("growth.table", "workbook.yuan_unit", "growth.row_net")))
    formulas, values = formulas[sheet.title], sheet
    column = len(run.cash_years) + 2
    assert re.fullmatch(r"=[A-Z]+\d+([+-][A-Z]+\d+){4,}", formulas.cell(row, column).value)
    assert values.cell(row, column).value == pytest.approx(budget.figure("net_cost")["mean"], abs=0.01)


def test_a_workbook_for_outside_withholds_and_its_totals_do_not_give_it_away(folder, tmp_path):
    run = RunFolder.open(folder("register"), "external")
    write_workbook(run, "zh", tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")[load("zh").say("workbook.costs")]
    rows = [row for row in tables.rows_of(sheet) if WITHHELD in row]
    assert rows and all(not any(str(value).startswith("=SUM") for value in row) for row in rows)


@pytest.mark.parametrize("kind", ["ordinary", "register", "unfunded", "few draws"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_ten_sheets_at_most_each_as_wide_as_a_page(run, kind, lang, tmp_path):
    """Landscape A4, what is above the numbers repeated on every page, nothing outside what is printed; the other file is named."""
    write_workbook(run(kind), lang, tmp_path / "x.xlsx", "y.tables.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert len(book.sheetnames) <= 10
    for sheet in book:
        setup = sheet.page_setup
        fits = setup.fitToWidth or 1, setup.fitToHeight  # a file does not say what is one anyhow
        assert (setup.orientation, setup.paperSize, *fits) == ("landscape", 9, 1, 0), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.print_title_rows, sheet.title
        _, _, right, bottom = range_boundaries(sheet.print_area.rpartition("!")[2])
        assert (right, bottom) >= (sheet.max_column, sheet.max_row), sheet.title
        assert sum(width_of(sheet, column) for column in range(1, right + 1)) <= 175, sheet.title  # more would be too small to read
        assert all(chart.anchor._from.row + 15 < bottom for chart in sheet._charts)
    assert any("y.tables.xlsx" in str(row[0]) for row in tables.rows_of(book.worksheets[0]) if row)


def width_of(sheet, column: int) -> float:
    """How wide a column is; neighbours of the same width are kept together in a workbook's file."""
    return next(d.width for d in sheet.column_dimensions.values() if d.min <= column <= d.max)


def test_a_file_open_elsewhere_is_reported_with_a_way_out(tmp_path, monkeypatch):
    """Windows lets nobody replace a workbook that Excel holds."""
    target = tmp_path / "budget.zh.xlsx"
    put(target, lambda p: p.write_text("old", encoding="utf-8"))

    def held(self, to):
        raise PermissionError(13, "Permission denied", str(to))

    monkeypatch.setattr("pathlib.Path.replace", held)
    with pytest.raises(ReportError, match="close it where it is open, or choose another --out"):
        put(target, lambda p: p.write_text("new", encoding="utf-8"), ReportError, _REMEDY)
    assert [p.name for p in tmp_path.glob("[!.]*")] == [target.name] and target.read_text(encoding="utf-8") == "old"


def test_a_name_that_looks_like_a_formula_stays_text(folder, tmp_path):
    run = RunFolder.open(folder())
    settings = run.settings.copy()
    settings.loc[settings["group"] == "assumptions", ["zh", "en"]] = '=HYPERLINK("x")'
    bad = RunFolder(run.path, run.record, run.summary, settings, run._raw)
    write_workbook(bad, "zh", tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")[load("zh").say("workbook.assumptions")]
    assert {c.data_type for row in sheet.iter_rows(min_row=4) for c in row if c.value is not None} == {"s"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_says_what_the_page_says(documents, run, lang):
    document, words, one = docx.Document(documents / f"{lang}.docx"), load(lang), run()
    when = datetime.fromisoformat(one.record["created"])
    assert document.core_properties.created == document.core_properties.modified == when.astimezone(UTC)
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads[0] == numbered(one, words, "answer") and heads[-1] == words.say("made.title") and len(heads) >= 8
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    total = next(row for table in tables for row in table if row[0] == words.say("cost.total"))
    unit = UNITS[lang]["money"]
    exact = [one.row("paid", TOTAL, y)["mean"] / unit.scale for y in [*one.cash_years, TOTAL]]
    printed = [float(text.replace(",", "")) for text in total[1:-1]]
    parts = len(one.clauses) * len(one.cash_years)  # each rounded: the printed total is the sum of what is printed
    assert printed == pytest.approx(exact, abs=parts * 0.5 * 10**-unit.finest) and printed[-1] == pytest.approx(sum(printed[:-1]))
    assert len(document.inline_shapes) >= 5  # the charts
    text = "\n".join([p.text for p in document.paragraphs] + [c for t in tables for row in t for c in row])
    assert one.run_id in text and not re.search(r"\bnan\b|\bNone\b|<\w+>|&\w+;", text)
    clause = one.clauses[0].names[lang]
    assert any(row[0].startswith(clause) for table in tables for row in table)
    with zipfile.ZipFile(documents / f"{lang}.docx") as inside:
        assert "TOC" in inside.read("word/document.xml").decode() and "NUMPAGES" in inside.read("word/footer1.xml").decode()


@pytest.fixture(scope="module")
def papers(run, tmp_path_factory):
    where = tmp_path_factory.mktemp("纸 x")
    for lang in LANGUAGES:
        pdf.write(document(run(), lang), where / f"{lang}.pdf")
    return where


def read(program: str, *words: object) -> str:
    """What a program of poppler says of a file."""
    return subprocess.run([program, *map(str, words)], capture_output=True, timeout=60, check=True).stdout.decode("utf-8")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_is_set_on_pages(papers, run, lang, need):
    text, words = read(need("pdftotext"), "-layout", papers / f"{lang}.pdf", "-"), load(lang)
    pages = text.split("\f")[:-1]
    assert len(pages) >= 8
    for number, page in enumerate(pages, start=1):  # numbered, each with the run
        numbered = f"第 {number} 页，共 {len(pages)} 页" if lang == "zh" else f"Page {number} of {len(pages)}"
        assert squeezed(numbered) in squeezed(page) and run().run_id in page
    assert squeezed(words.say("answer.title")) in squeezed(pages[0])
    first, begins = squeezed(pages[0].partition(words.say("page.contents"))[2]), {}
    for key in sections.CONTENTS:  # the contents say where each section is: its heading stands on that page
        named, title = (squeezed(words.say(f"{key}.{part}")) for part in ("short", "title"))
        begins[key] = int(re.search(re.escape(named) + r"(\d+)", first)[1])
        assert title in squeezed(pages[begins[key] - 1])
    assert list(begins.values()) == sorted(begins.values())
    assert begins["detail"] <= 9  # what is filed has eight pages at most, the annexes come after
    assert "\ufffd" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_in_the_file_is_the_documents(papers, run, lang, need, tmp_path):
    """Its title, language, date and outline; fonts of its own; no trace of the machine; the same bytes again."""
    file, whole = papers / f"{lang}.pdf", document(run(), lang)
    about = dict(re.split(r":\s+", line, maxsplit=1) for line in read(need("pdfinfo"), "-isodates", file).splitlines() if ": " in line)
    assert about["Title"] == whole.title and about["Tagged"] == "yes" and "A4" in about["Page size"]
    made = datetime.fromisoformat(run().record["created"]).astimezone(UTC)
    assert datetime.fromisoformat(about["CreationDate"]) == made
    raw = file.read_bytes()
    assert f"/Lang({whole.sections[0].lang[:2]}".encode() in raw and b"pdfaid:part>2" in raw and b"pdfuaid:part>1" in raw
    for title in [section.title for section in whole.sections if section.role == "section" and section]:  # the outline
        assert f"/Title({title})".encode() in raw or f"/Title<FEFF{title.encode('utf-16-be').hex().upper()}>".encode() in raw, title
    fonts = read(need("pdffonts"), file).splitlines()[2:]
    assert any("NotoSansSC" in line for line in fonts)
    assert all(line.split()[-5:-2] == ["yes"] * 3 for line in fonts)  # embedded, as a subset, and its text can be copied
    for trace in (platform.node(), getpass.getuser(), str(tmp_path.parents[1]), str(run().path)):
        assert trace.encode() not in raw or len(trace) < 5
    pdf.write(whole, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == raw


HOSTILE = (
    '#read("/etc/passwd")',
    "*a* _b_ $x$ @ref <label>",
    "\\ \" ' ` ```x```",
    '#import "@preview/x:0.1.0"',
    "// c /* d */",
    "= Head",
    "[*x*] #let y = 1;",
    '" + read("report.typ") + "',
)


def test_no_text_is_read_as_markup_or_code(tmp_path, need):
    drawn = Drawing(figsize=(4, 2))
    drawn.add_subplot().plot([0, 1])
    for text in HOSTILE:
        places = [
            Title(text),
            Heading(text),
            Paragraph(Rich(((text, True), (text, False))), "lead"),
            Table(text, [text, text], [[Cell(text, note=text), Cell(text, True, text)]], aside=text, groups=[(0, text)], note=text),
            Figure(text, pictured(drawn, text), text),
            Cards([Card(text, text, text, text, text)]),
            Facts([(text, text)]),
            Bullets([text], "warnings"),
            Bullets([text], "facts"),
            Contents(text, [("one", text), (text, text)]),
        ]
        whole = Document(
            text,
            text,
            "en",
            text,
            text,
            (text, text),
            [Section("one", text, "en", places), Section("bare", text, "en"), Section(text, text, "en", (), "end")],
            page_of=text + "{page}",
        )
        pdf.write(whole, tmp_path / "x.pdf")
        said = squeezed(read(need("pdftotext"), tmp_path / "x.pdf", "-"))
        assert said.count(squeezed(text)) >= 15, text
        assert "root:" not in said


@pytest.mark.parametrize("columns", [3, 9, 14])
def test_a_table_stays_between_the_margins_and_its_header_goes_with_it(columns, tmp_path, need):
    header = ["A heading of several words", *(f"Column {n}" for n in range(columns))]
    row = [Cell("A row with a name of some length", note="四（一）"), *[Cell("12,345.6", True, "± 123.4")] * columns]
    whole = Document("x", "", "en", "", "", ("Table", "Figure"), [Section("one", "x", "en", [Table("Wide", header, [row] * 90)])])
    pdf.write(whole, tmp_path / "x.pdf")
    words = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', read(need("pdftotext"), "-bbox", tmp_path / "x.pdf", "-"))
    assert len(words) > 90 * columns and min(float(left) for left, _ in words) > 45 and max(float(right) for _, right in words) < 551
    pages = read("pdftotext", "-layout", tmp_path / "x.pdf", "-").split("\f")[:-1]
    assert len(pages) > 1 and all("heading" in page for page in pages)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_without_appropriation_has_none_in_its_workbook(lang, tmp_path):
    words, bare = load(lang), RunFolder.open(fake_run.write(tmp_path / "run", draws=200, funded=False))
    write_workbook(bare, lang, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheet = book[words.say("workbook.risk")]
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert words.say("risk.quantiles") in texts and not texts & {words.say("risk.appropriation"), words.say("risk.probability")}
    (chart,) = sheet._charts
    assert [series.tx.v for series in chart.series] == ["P5", "P50", "P80", "P95"]
    total = tables.table(book, words.say("risk.quantiles"), words.say("workbook.yuan_unit"))[-1]
    assert str(total[1]).startswith("=SUM(") and not any(str(value).startswith("=") for value in total[2:])


@pytest.mark.parametrize("rows", [2, 7, 60])
def test_printed_pages_of_a_sheet_divide_neither_headings_nor_pictures_nor_small_tables(rows, tmp_path):
    drawn = pictured(Drawing(figsize=(8, 4)), "x")
    cells = [[Cell("a"), *[Cell("1.0", True, "± 0.1")] * 3]] * rows
    blocks = [block for n in range(9) for block in (Table(f"T{n}", list("abcd"), cells), Figure(f"P{n}", drawn), Paragraph("x " * 90 * n))]
    with xlsx.Book(tmp_path / "x.xlsx", "en", "") as book:
        xlsx.sheet(book, "S", "S", [Section("one", "S", "en", blocks)])
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert sheet is not None
    starts = [1, *(brk.id + 1 for brk in sheet.row_breaks.brk), sheet.max_row + 1]
    texts = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 2)]

    def page_of(row):
        return sum(start <= row for start in starts)

    assert len(starts) > 4
    for n in range(9):
        table, picture = texts.index(f"T{n}") + 1, texts.index(f"P{n}") + 1
        assert page_of(table) == page_of(min(picture - 2, table + (14 if rows < 60 else 5)))
        assert page_of(picture) == page_of(picture + 15)
    heights = [sum(sheet.row_dimensions[row].height for row in range(a, b)) for a, b in pairwise(starts)]
    assert max(heights) < 560 and all(sheet.row_dimensions[row].height for row in range(1, starts[-1]))


def test_what_cannot_be_set_is_reported(tmp_path):
    whole = Document("x", "", "zh", "", "", ("", ""), [Section("one", "x", "zh-CN", [Paragraph("a\ufeffb")])])
    with pytest.raises(ReportError, match="PDF: cannot be typeset"):
        pdf.write(whole, tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()


def test_a_report_is_published_as_pdf_with_no_other_program(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    (made,) = publish(folder(), formats=("pdf",), out=tmp_path)
    assert made.read_bytes().startswith(b"%PDF-") and made.name == "budget.zh.pdf"
