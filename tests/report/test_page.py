"""The page, made once in each language, and what happens when it cannot be made."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from simulator import resources
from simulator.cli import main
from simulator.document.numbers import UNITS, percent, shown
from simulator.errors import ReportError
from simulator.files import overwriting, put
from simulator.render.look import faults
from simulator.report import launcher, workbook
from simulator.report.publish import publish
from simulator.report.tables import chance_text
from simulator.report.wording import load
from tests.report.chinese import english_in


@pytest.fixture(scope="module")
def pages(folder, tmp_path_factory):
    """Both pages, made where the machine's own "python3" kernel is broken: the report must not need it."""
    broken = tmp_path_factory.mktemp("jupyter") / "kernels" / "python3"
    broken.mkdir(parents=True)
    spec = {"argv": ["no-such-program", "{connection_file}"], "display_name": "broken", "language": "python"}
    (broken / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(broken.parents[1]))
        made = {lang: publish(folder(), lang=lang)[0] for lang in ("zh", "en")}
    return {lang: path.read_text(encoding="utf-8") for lang, path in made.items()}


def text_of(page: str) -> str:
    """What a reader sees: no head, no styles, no tags."""
    body = re.sub(r"<style.*?</style>", " ", page[page.index("<body") :], flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_from_outside(pages, run, lang):
    page = pages[lang]
    assert faults(page, run().run_id) == []
    assert not re.search(r"https?:|<script|<link|@import|//cdn", page)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in re.findall(r'src="([^"]*)', page))


@pytest.mark.parametrize("lang, tag", [("zh", "zh-CN"), ("en", "en")])
def test_the_page_has_no_code_and_no_error(pages, lang, tag):
    page, seen = pages[lang], text_of(pages[lang])
    assert f'<html lang="{tag}">' in page
    code = r"Traceback|sections\.|RunFolder|open_run|\bimport |In \[|Warning:|\bnan\b|\bNone\b|\{"
    assert re.findall(code, seen) == []


def test_the_chinese_page_is_chinese(pages, run):
    seen = text_of(pages["zh"])
    assert "程序版本" in seen
    assert english_in(seen, run()) == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headline_numbers_are_the_summary_s(pages, run, lang):
    page, unit = pages[lang], UNITS[lang]["money"]
    cards = dict(re.findall(r'data-card="(\w+)".*?<span>([^<]*)</span>', page))
    summary = pd.read_csv(run().path / "summary.csv", dtype={"year": str}, encoding="utf-8-sig")
    whole = summary[(summary["clause"] == "total") & (summary["year"] == "total")].set_index("measure")
    assert cards.pop("overrun") == percent(whole.loc["overrun", "probability"])
    assert set(cards) == {"paid_p50", "paid_p80", "paid_p95"}
    for name, text in cards.items():
        column = name.removeprefix("paid_")
        exact, number = whole.loc["paid", column] / unit.scale, float(text.replace(",", ""))
        error = (whole.loc["paid", f"{column}_high"] - whole.loc["paid", f"{column}_low"]) / 3.92 / unit.scale
        assert text == shown(whole.loc["paid"], unit, column)
        assert abs(number - exact) <= max(5 * error, 0.5 * 10**-unit.finest)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_said_stands_in_the_files(pages, run, lang):
    """Whatever is set off in a sentence is a year, a name, or a number of the summary, rounded."""
    one, units = run(), UNITS[lang].values()
    known = {str(y) for y in one.cash_years} | {str(len(one.settings)), one.run_id}
    known |= {units_.text(a, 0.0) for units_ in units for a in (*one.appropriation.values(), one.appropriation_total)}
    for _, row in one.summary.iterrows():
        known |= {shown(row, unit, c) for unit in units for c in ("mean", "p5", "p50", "p80", "p95")}
        known |= {percent(row["probability"]), chance_text(row, load(lang))}
    for group in ("assumptions", "interpretation"):
        rows = one.rows_of(group)
        known |= {str(len(rows)), str(rows["changed"].sum()), str(rows["confidence"].isin(["C", "J"]).sum())}
    said = re.findall(r"<b>([^<]*\d[^<]*)</b>", pages[lang])
    assert len(said) > 20
    assert [number for number in said if html.unescape(number) not in known] == []


def test_the_same_run_makes_the_same_page(pages, folder, tmp_path):
    [again] = publish(folder(), out=tmp_path)
    assert again.read_text(encoding="utf-8") == pages["zh"]


def made_before(file):
    """An older report of the program's own."""
    with overwriting():
        return put(file, lambda p: p.write_text("old", encoding="utf-8"))


def spoiled(path, **cells):
    """The report's notebook with other sources in some cells (None: without it)."""
    notebook = nbformat.read(resources.folder("notebooks") / "budget.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cells.get(cell["id"], "") is not None]
    for cell in notebook.cells:
        cell.source = cells.get(cell["id"]) or cell.source
    nbformat.write(notebook, path)
    return path


@pytest.mark.parametrize(
    "cells, complaint",
    [
        ({"risk": "raise ValueError('no such number')"}, "cell risk: ValueError: no such number"),
        ({"risk": "import os\nos._exit(3)"}, "DeadKernelError"),
        ({"end": None}, "does not reach its last line"),
        ({"risk": "import sys\nsys.exit(0)"}, "does not reach its last line"),  # papermill takes this for success
        ({"made": "from IPython.display import HTML\nHTML('<img src=\"http://there/x.png\">')"}, "outside"),
    ],
)
def test_g3_a_page_that_fails_leaves_the_old_one(folder, tmp_path, capfd, cells, complaint):
    there = shutil.copytree(folder(), tmp_path / "run")
    old = made_before(there / "budget.zh.html")
    with pytest.raises(ReportError, match=re.escape(complaint)):
        publish(there, source=spoiled(tmp_path / "spoiled.ipynb", **cells))
    assert old.read_text(encoding="utf-8") == "old"
    kept = (there / "failed" / "budget.zh.html").read_text(encoding="utf-8")
    assert "未能完整生成" in kept
    assert (there / "failed" / "budget.zh.ipynb").is_file()
    assert [p.name for p in there.iterdir() if p.name.endswith(".part")] == []
    assert capfd.readouterr().err == ""


def test_every_form_tells_what_the_notebook_showed(folder, tmp_path):
    """A notebook of one's own, without one of the sections: no other form has it."""
    there = shutil.copytree(folder(), tmp_path / "run")
    made = publish(there, source=spoiled(tmp_path / "short.ipynb", matters=None), formats=("html", "txt"), lang="en")
    left_out, kept = (load("en").say(f"{section}.title") for section in ("matters", "detail"))
    page, text = (path.read_text(encoding="utf-8") for path in made)
    assert kept in page and kept in text and left_out not in page and left_out not in text


def test_g3_a_cell_that_runs_too_long_leaves_the_old_page(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(launcher, "SECONDS_PER_CELL", 2)
    there = shutil.copytree(folder(), tmp_path / "run")
    old = made_before(there / "budget.zh.html")
    endless = spoiled(tmp_path / "endless.ipynb", cover="while True:\n    pass")
    with pytest.raises(ReportError, match="cell cover: runs longer than 2 seconds") as refused:
        publish(there, source=endless)
    assert refused.value.exit_code != 0
    assert old.read_text(encoding="utf-8") == "old"
    assert "未能完整生成" in (there / "failed" / "budget.zh.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("module, writer, place", [(workbook, "write", "made.xlsx"), (shutil, "copyfile", "budget.zh.xlsx")])
def test_g3_a_disk_that_is_full_leaves_the_old_file(folder, tmp_path, monkeypatch, capsys, module, writer, place):
    """No more room for the temporary file, or beside the file's place: nothing half stays there, and the reader is reported."""
    there = shutil.copytree(folder(), tmp_path / "run", ignore=shutil.ignore_patterns("*.html", "records"))
    old = made_before(there / "budget.zh.xlsx")

    def full(*given):
        file = [one for one in given if isinstance(one, Path)][-1]
        file.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    monkeypatch.setattr(module, writer, full)
    assert main(["report", str(there), "--format", "xlsx"]) == 2
    reported = capsys.readouterr().err
    assert f"{place}：无法写入（磁盘已满）" in reported and "腾出" in reported and "Traceback" not in reported
    assert old.read_text(encoding="utf-8") == "old"
    left = {p.relative_to(there).as_posix() for p in there.rglob("*budget.zh*")}
    assert left <= {"budget.zh.xlsx", "failed/budget.zh.html", "failed/budget.zh.ipynb"}, "neither half a file nor its record"


def test_a_changed_file_stops_the_report_before_a_kernel_starts(folder, tmp_path):
    there = shutil.copytree(folder(), tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    (there / "summary.csv").write_text("edited", encoding="utf-8")
    with pytest.raises(ReportError, match="summary.csv: was changed after the run"):
        publish(there)
    assert not list(there.rglob("*.html"))


@pytest.mark.parametrize(
    "spoil, complaint",
    [
        (lambda page: page.replace("</main>", '<script src="x.js"></script></main>'), "holds a <script>"),
        (lambda page: page.replace("</main>", '<a href="https://there">x</a></main>'), "something outside"),
        (lambda page: page.replace("</style>", "p{background:url(x.png)}</style>", 1), "style that refers"),
        (lambda page: page.replace("</style>", "@import 'x.css';</style>", 1), "style that refers"),
        (lambda page: page.replace("</main>", "<img src=x onerror=alert(1)></main>"), "something that acts (onerror)"),
        (lambda page: page.replace("</main>", '<a href="javascript:alert(1)">x</a></main>'), "something outside"),
        (lambda page: page.replace("</main>", '<img src="data:text/html,x"></main>'.replace("img", "iframe")), "<iframe>"),
        (lambda page: page.replace("<head>", '<head><meta http-equiv="refresh" content="0">'), "http-equiv"),
        (lambda page: page.replace("</main>", "<p>\U0010fffd</p></main>"), "no font of the report can write"),
        (lambda page: page.replace('data-run-id="', 'data-run-id="other-'), "is of the run other-"),
        (lambda page: page.replace('id="report-end"', ""), "does not reach its last line"),
    ],
)
def test_g5_a_spoiled_page_is_seen(pages, run, spoil, complaint):
    found = faults(spoil(pages["en"]), run().run_id)
    assert any(complaint in str(problem) for problem in found), found
