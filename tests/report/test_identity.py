"""A report of a changed policy says so wherever one looks: title line, first page, workbook, document, index."""

from __future__ import annotations

import json

import docx
import openpyxl

import simulator
from simulator.render import docx as word
from simulator.report import making, sections
from simulator.report.batch import Batch, _index
from simulator.report.batch_plan import Plan
from simulator.report.wording import load
from simulator.store.record import RunFolder
from tests.report import fake_run
from tests.report.made import document, write_workbook

CHANGE = {
    "path": "law.office_rent.max_area",
    "group": "law",
    "unit": "m2",
    "zh": "补助面积上限",
    "en": "largest area supported",
    "was": "500",
    "now": "300",
    "source": "四（三）",
}
TITLE = {
    "zh": "基准情景（改：四（三） 补助面积上限 500→300 平方米）",
    "en": "Baseline (changed: 四（三） largest area supported 500→300 m2)",
}


def test_what_was_changed_stands_in_the_title_on_page_one_in_the_workbook_the_document_and_the_index(tmp_path):
    folder = fake_run.write(tmp_path / "run", draws=200)
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    record |= {"changed": [CHANGE], "title": TITLE}
    (folder / "record.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    run = RunFolder.open(folder)
    for lang in ("zh", "en"):
        words, change = load(lang), TITLE[lang].partition("500")[2]
        assert change in making.title(run, words)
        assert words.say("page.policy_changed", policy="") in sections.cover(run, lang).html
        page_one = sections.cover(run, lang).html + sections.answer(run, lang).html
        assert all(text in page_one for text in (TITLE[lang], CHANGE[lang], "四（三）", "500 ", "300 "))
        write_workbook(run, lang, tmp_path / "book.xlsx")
        book = openpyxl.load_workbook(tmp_path / "book.xlsx")
        front = {str(c.value) for row in book.worksheets[0].iter_rows() for c in row}
        assert CHANGE[lang] in front and any(TITLE[lang] in text for text in front) and change in book.properties.title
        word.write(document(run, lang), tmp_path / "made.docx")
        made = docx.Document(str(tmp_path / "made.docx"))
        assert change in made.core_properties.title
        assert any(CHANGE[lang] == cell.text for table in made.tables for cell in table._cells)
        plan = Plan({"baseline": folder}, {}, None, (lang,), ("budget",), ("html",), "internal")
        assert TITLE[lang] in _index(plan, Batch(tmp_path / "index.html", [folder / f"budget.{lang}.html"]))


def test_years_that_are_missing_are_said_on_page_one_and_in_the_workbook_where_they_are(tmp_path):
    late = simulator.load_scenario(changes={"draws": 20, "policy.end": "2019-12-31"})
    whole = simulator.load_scenario(changes={"draws": 20, "policy.end": "2016-12-31", "horizon": 2018})
    for settings, said in ((late, True), (whole, False)):
        run = RunFolder.open(simulator.run(settings).write(tmp_path / settings.name))
        for lang in ("zh", "en"):
            text = load(lang).say("page.cut_short", end=2019, last=2017, wanted=2021)
            assert (text in sections.cover(run, lang).html) == said
            write_workbook(run, lang, tmp_path / "book.xlsx")
            front = openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets[0]
            assert (text in {cell.value for row in front.iter_rows() for cell in row}) == said
