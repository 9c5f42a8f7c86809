"""One document in every form: a new section reaches all of them with no further line, and all of them say the same numbers."""

from __future__ import annotations

import html
import re
import subprocess
from collections import Counter
from types import SimpleNamespace

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from matplotlib.figure import Figure as Drawing

from simulator.document import Card, Cards, Cell, Document, Figure, Heading, Paragraph, Rich, Section, Table, every, number
from simulator.document.numbers import CHANCE, UNITS, Number
from simulator.render import docx as of_docx
from simulator.render import docx_look, pdf
from simulator.render import html as of_html
from simulator.render import text as of_text
from simulator.render.pictures import pictured
from simulator.render.xlsx import _SHARES
from simulator.report import page, sections, workbook
from simulator.report.wording import LANGUAGES, load
from tests.bare.page import BROWSERS
from tests.report.made import document

TEXTS = (
    "An invented section",
    "A heading in it",
    "A paragraph with a strong word.",
    "An invented table",
    "Unit: rabbits",
    "A row",
    "A note under the table",
    "1,235",
    "± 1.2",
    "12%",
    "(8% to 17%)",
    "A chart of nothing",
)


def invented(run, lang: str) -> Section:
    """A section that nobody has heard of."""
    big = Number(1234.567, UNITS["en"]["count"], 1.2345)
    chance = Number(0.12, CHANCE, ends=(0.08, 0.17))
    drawn = Drawing(figsize=(4, 2))
    drawn.add_subplot().plot([0, 1], [0, 1])
    table = Table(
        "An invented table",
        ["What", "How many", "How likely"],
        [[Cell("A row"), number(big, f"± {big.margin[0]}"), number(chance, "(8% to 17%)")]],
        aside="Unit: rabbits",
        note="A note under the table",
    )
    return page.section(
        "invented",
        "An invented section",
        load(lang).tag,
        Heading("A heading in it"),
        Paragraph(Rich((("A paragraph with a ", False), ("strong", True), (" word.", False)))),
        table,
        Figure("A chart of nothing", pictured(drawn, "nothing")),
    )


@pytest.fixture
def more():
    """The report's sections and the invented one."""
    names = [*sections.__all__[:-1], "invented", "end"]
    return SimpleNamespace(__all__=names, invented=invented, **{n: getattr(sections, n) for n in names if n != "invented"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_invented_section_reaches_every_form_with_no_further_line(run, more, lang, tmp_path, need):
    one, whole = run(), document(run(), lang, more)
    made = "".join(of_html.section(part) for part in whole.sections)
    on_page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<style.*?</style>", "", made, flags=re.S)))
    pdf.write(whole, tmp_path / "x.pdf")
    printed = subprocess.run([need("pdftotext"), "-layout", str(tmp_path / "x.pdf"), "-"], capture_output=True, timeout=60).stdout.decode()
    of_docx.write(whole, tmp_path / "x.docx")
    word = docx.Document(tmp_path / "x.docx")
    in_word = " ".join([*(p.text for p in word.paragraphs), *(c.text for t in word.tables for r in t.rows for c in r.cells)])
    workbook.write(one, lang, tmp_path / "x.xlsx", whole)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [cell.value for row in book["An invented section"].iter_rows() for cell in row if cell.value is not None]
    in_book = " ".join(map(str, cells))
    on_screen = of_text.document(whole)
    for name, said in (("page", on_page), ("pdf", printed), ("word", in_word), ("screen", on_screen)):
        assert [text for text in TEXTS if text not in re.sub(r"\s+", " ", said)] == [], name
    assert [text for text in TEXTS if text not in in_book and text not in ("1,235", "12%")] == []
    assert {1234.567, 0.12} <= set(cells)  # in a workbook a number is a number
    assert len(book["An invented section"]._images) == 1 and made.count("<img") == len(word.inline_shapes)
    assert any(p.style.name == "Heading 1" and p.text == "An invented section" for p in word.paragraphs)
    assert any(p.style.name == "Caption" and "An invented table" in p.text for p in word.paragraphs)
    assert all(t.rows[0]._tr.trPr.findall(".//{*}tblHeader") for t in word.tables if t.rows[0].cells[0].text == "What")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_filed_has_six_hundred_numbers_at_most(run, lang):
    body = [getattr(sections, name)(run(), lang) for name in ("cover", "answer", *sections.BODY)]
    assert 300 < sum(len(re.findall(r"\d[\d,.]*", of_text.section(part))) for part in body) <= 600


def numbers(texts) -> Counter:
    """The numbers in texts, each as often as it stands there."""
    return Counter(re.findall(r"(?<![0-9A-Za-z.,])[+\u2212<>]?\d[\d,.]*%?", " ".join(texts)))


@pytest.mark.parametrize("kind", ["ordinary", "unfunded", "few draws"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_says_the_same_numbers(run, kind, lang, tmp_path, need):
    """Table by table: the texts of the page, of PDF, of Word and of the terminal; and a workbook's cells, which hold what is printed
    unrounded."""
    whole = document(run(kind), lang)
    of_docx.write(whole, tmp_path / "x.docx")
    word = {}
    for grid in docx.Document(tmp_path / "x.docx").tables:
        rows = [tuple(re.sub(r"\s+", " ", cell.text) for cell in row.cells) for row in grid.rows]
        word.setdefault(rows[0], []).append(rows)
    workbook.write(run(kind), lang, tmp_path / "x.xlsx", whole)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx", data_only=True)
    held = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)}
    pdf.write(whole, tmp_path / "x.pdf")
    printed = subprocess.run([need("pdftotext"), "-layout", str(tmp_path / "x.pdf"), "-"], capture_output=True, timeout=60).stdout.decode()
    on_paper = re.split(rf"^[ \f]*{whole.labels[0]} (?=\d)", printed, flags=re.M)  # each table from its number on
    blocks = [block for part in whole.sections for block in every(part.blocks)]
    said = [str(block.text) for block in blocks if isinstance(block, Paragraph)]
    said += [f"{card.number} {card.note}" for block in blocks if isinstance(block, Cards) for card in block.cards]
    assert not numbers(said) - numbers([printed])
    screen, seen, tables = of_text.document(whole), 0, 0
    for part in whole.sections:
        page_text = of_html.section(part)
        for block in every(part.blocks):
            if not isinstance(block, Table):
                continue
            tables += bool(block.title or block.aside)  # such have a number
            if not block.rows:
                continue
            texts = [re.sub(r"\s+", " ", f"{cell.text} {cell.note}").strip() for row in block.rows for cell in row]
            reported = {text for text in texts if re.search(r"\d", text)}
            assert tuple(block.header) in word, block.title
            in_word = {cell for rows in word[tuple(block.header)] for row in rows for cell in row}
            assert reported <= in_word, block.title
            if block.title or block.aside:
                assert on_paper[tables].startswith(f"{tables} ")
                assert not numbers(texts) - numbers([on_paper[tables]]), (block.title, numbers(texts) - numbers([on_paper[tables]]))
            on_page = html.unescape(re.sub(r"<i [^>]*></i>|<[^>]+>", "", of_html.blocks([block])))
            assert of_html.blocks([block]) in page_text
            for row in block.rows:
                for cell in row:
                    assert cell.text in on_page, (block.title, cell.text)
                    assert not cell.number or cell.text in screen, (block.title, cell.text)
                    if (of := cell.of) is not None and not of.withheld and of.value == of.value:
                        seen += 1
                        scale = 1 if of.unit.key in _SHARES else of.unit.scale
                        most = max(1.0, abs(of.value)) * 1e-9 if of.rounding == "ROUND_HALF_UP" else 10.0 * scale
                        assert any(abs(value * scale - of.value) <= most for value in held), (block.title, cell.text)
    assert seen > 200


@pytest.mark.parametrize("number", ["−271.3", "−1,028.0", "±1,028.0"])
def test_word_makes_every_column_as_wide_as_its_longest_number(number):
    """Nine columns on one line: what is broken is the name, no number."""
    room = 120
    rows = [["年度", *map(str, range(2025, 2032)), "合计"], ["加：对区内其他企业税收的挤出" * 3, *[number] * 8]]
    found = docx_look.shares(rows, 9, room)
    assert min(found[1:]) * room >= docx_look.cells(number) + 4


def test_the_numbers_of_words_fields_look_like_the_text_around_them(tmp_path):
    of_docx.write(Document("t", "of", "zh", "r", "f", ("表", "图"), [], None, "第 {page} 页，共 {pages} 页"), tmp_path / "x.docx")
    footer = docx.Document(tmp_path / "x.docx").sections[0].footer.paragraphs[0]
    coded = [run for run in footer.runs if run._r.findall(qn("w:instrText"))]
    assert len(coded) == 2 and {run.font.size for run in footer.runs if run.text or run in coded} == {coded[0].font.size} != {None}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_no_wider_than_a_telephone_and_its_rows_names_have_room(run, lang, tmp_path, need):
    program = need(*BROWSERS)  # before anything of playwright's, which needs system libraries, too
    from playwright.sync_api import sync_playwright

    names = ("cover", "answer", *sections.BODY)
    parts = [getattr(sections, name)(run("unfunded"), lang) for name in names]
    card = Cards([Card("net_gain", "Mean net fiscal gain", "\u221212,345.67", "CNY million", "a note")] * 4)
    shown = "".join(f'<div class="report">{part.html}</div>' for part in [*parts, page.section("more", "more", lang, card)])
    (tmp_path / "x.html").write_text(of_html.page(shown, "t", lang, {}, "", ""), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        phone = browser.new_page(viewport={"width": 390, "height": 844})
        phone.goto((tmp_path / "x.html").as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        narrowest = "Math.min(...[...document.querySelectorAll('tbody th[scope=row]')].map(e => e.getBoundingClientRect().width))"
        assert phone.evaluate(narrowest) > 60
        browser.close()
