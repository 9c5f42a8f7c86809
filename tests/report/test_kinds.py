"""Every report's sections speak in both languages and both profiles; a request that cannot be meant is refused at once."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

import simulator
from simulator import resources
from simulator.budget.analyses import EFFORT
from simulator.budget.drivers import FEWEST
from simulator.document.numbers import WITHHELD
from simulator.errors import ReportError
from simulator.render.look import faults
from simulator.report import launcher, sections
from simulator.report.course import Course
from simulator.report.opening import OPEN
from simulator.report.publish import publish
from simulator.report.wording import load
from simulator.store import kinds
from tests.of_2013 import SLUGS
from tests.report.chinese import english_in
from tests.report.made import module_of, parts
from tests.report.test_page import text_of


@pytest.fixture(scope="module")
def opened(folder, tmp_path_factory):
    """opened(kind, profile): the folder each report is made from: an invented run, a small comparison, the sample's check."""
    from simulator.store.comparisons import write_comparison
    from simulator.store.register_checks import write_check

    where = tmp_path_factory.mktemp("reports")
    runs = [simulator.run(simulator.load_scenario(name, {"draws": 20})) for name in ("baseline", "cautious")]
    places = {
        "run": folder("register"),
        "comparison": write_comparison(where / "comparison", *runs),
        "check": write_check(where / "check", resources.folder("data") / "sample"),
    }
    return lambda kind, profile="internal": OPEN[kind](places[kind], profile)


def reported(name: str, folder, lang: str) -> str:
    """All sections of a report as text."""
    return "<body " + "".join(part.html for part in parts(folder, lang, module_of(name)))


@pytest.mark.parametrize("profile", kinds.PROFILES)
@pytest.mark.parametrize("lang", kinds.LANGUAGES)
@pytest.mark.parametrize("name", kinds.KINDS)
def test_every_report_speaks(opened, name, lang, profile):
    text = text_of(reported(name, opened(kinds.KINDS[name].folder, profile), lang))
    assert len(text) > 500
    assert not re.search(r"\bnan\b|\bNone\b|\bTrue\b|\{\w+\}|&lt;b|<NA>", text)
    cited = r"[一二三四五六七八九十、]*（[一二三四五六七八九十]+）|[\u4e00-\u9fff]+〔\d{4}〕\d+号"  # articles, documents
    if lang == "en" and name != "check":  # a register's own words stand in its check
        assert re.findall("[\u4e00-\u9fff]+", re.sub(cited, "", text)) == []
    if lang == "zh":
        assert english_in(text, opened(kinds.KINDS[name].folder)) == set()


@pytest.mark.parametrize("lang, said", [("zh", "名册有 2 处错误，更正后才能使用。"), ("en", "Errors in the register: 2 . It cannot")])
def test_a_register_that_cannot_be_used_is_reported_of(tmp_path, lang, said):
    from simulator.store.register_checks import write_check
    from tests.population.registers import full, write

    write(
        tmp_path / "bad", enterprises=full("enterprises", {"enterprise_id": "E1", "registered_capital": "-5", "settled_on": "2013-02-30"})
    )
    text = text_of(reported("check", OPEN["check"](write_check(tmp_path / "check", tmp_path / "bad")), lang))
    assert said in re.sub(r"\s+", " ", text) and "2013-02-30" in text
    assert load(lang).say("page.synthetic") not in text


@pytest.mark.slow
@pytest.mark.parametrize("lang", kinds.LANGUAGES)
@pytest.mark.parametrize("name", [name for name in kinds.KINDS if name != "budget"])  # that one: test_page
def test_every_notebook_makes_its_page(opened, tmp_path, name, lang):
    """Run by a kernel, looked over, recorded: no error, nothing from outside, no glyph missing."""
    folder = opened(kinds.KINDS[name].folder)
    told = []
    [made] = publish(
        folder.path,
        notebook=name,
        lang=lang,
        clause="office_rent" if name == "clause" else "",
        out=tmp_path,
        progress=lambda section, number, count: told.append((section, number, count)),
    )
    text = made.read_text(encoding="utf-8")
    assert faults(text, folder.run_id) == []
    assert not re.search(r"https?:|<script|Traceback", text) and len(text_of(text)) > 500
    names = (*module_of(name).__all__, "html")
    assert told == [(section, number, len(names)) for number, section in enumerate(names, start=1)]
    assert (tmp_path / "records" / f"{made.name}.json").is_file() and not (tmp_path / "failed").exists()


@pytest.mark.parametrize("clause", SLUGS)
def test_every_clause_has_its_portrait(opened, clause):
    module = import_module("simulator.report.clause_sections")
    run = opened("run")
    for lang in kinds.LANGUAGES:
        for section in ("cover", "answer", "cost", "stages", "terms"):
            block = getattr(module, section)(run, clause, lang)
            assert block.html and (lang == "en" or english_in(text_of(f"<body {block.html}"), run) == set())


def test_differences_are_the_engine_s(opened):
    comparison = opened("comparison")
    runs = [simulator.run(simulator.load_scenario(name, {"draws": 20})) for name in ("baseline", "cautious")]
    change = runs[1].paid_totals() - runs[0].paid_totals()
    assert comparison.difference(comparison.runs[1])["mean"] == pytest.approx(change.mean(), abs=0.005)
    parts = [comparison.difference(comparison.runs[1], c.slug)["mean"] for c in comparison.runs[0].clauses if c.kind != "in_kind"]
    assert sum(parts) == pytest.approx(change.mean(), abs=0.01)


def test_outside_nothing_rests_on_few(opened):
    """A cell with one or two recipients is withheld outside, shown inside; so are clauses' totals it is in."""
    inside, outside = opened("run"), opened("run", "external")
    means = {(c.slug, y): inside.row("recipients", c.slug, y)["mean"] for c in inside.clauses for y in inside.years}
    few = [key for key, mean in means.items() if 0 < mean < 3]
    many = [key for key, mean in means.items() if mean >= 3]
    assert few and many
    for slug, year in few:
        assert outside.row("entitled", slug, year)["mean"] != outside.row("entitled", slug, year)["mean"]
        assert inside.row("entitled", slug, year)["mean"] == inside.row("entitled", slug, year)["mean"]
        assert outside.row("entitled", slug)["withheld"] and outside.row("paid", slug)["withheld"]
    shown = [key for key in many if outside.plan.shows("entitled", *key)]
    assert len(shown) > len(many) / 2  # the others keep a withheld one from following from its year's total
    for slug, year in shown:
        inner = inside.row("entitled", slug, year)["mean"]
        assert outside.row("entitled", slug, year)["mean"] == pytest.approx(inner, rel=0.05)  # rounded as the page is
    assert WITHHELD in reported("budget", outside, "zh") and WITHHELD not in text_of(reported("budget", inside, "zh"))


def test_outside_a_check_names_no_cell(opened):
    text = text_of(reported("check", opened("check", "external"), "zh"))
    assert "SYN0" not in text and "第 2 行" not in text
    assert "名册 sample" not in text and "名册 sample" in text_of(reported("check", opened("check"), "zh"))


@pytest.mark.parametrize(
    "asked, complaint",
    [
        (dict(notebook="budgte"), "there is no 'budgte' → did you mean budget?"),
        (dict(notebook="clause", clause="ofice_rent"), "did you mean office_rent?"),
        (dict(notebook="clause"), "there is no ''"),
        (dict(clause="office_rent"), "is not about one clause"),
        (dict(notebook="targets", formats=("xlsx",)), "is not made as xlsx"),
        (dict(formats=("doc",)), "did you mean docx?"),
        (dict(languages=("fr",)), "there is no 'fr'"),
        (dict(profile="public"), "there is no 'public' → internal"),
        (dict(notebook="compare"), "one scenario cannot be compared"),
        (dict(formats=()), "no language or no format"),
    ],
)
def test_g1_a_request_that_cannot_be_meant_is_refused_before_anything_runs(asked, complaint, monkeypatch, tmp_path):
    monkeypatch.setattr("simulator.door.reports.run", lambda *a, **k: pytest.fail("a run was played"))
    monkeypatch.setattr(launcher, "run", lambda *a, **k: pytest.fail("a kernel was started"))
    with pytest.raises(ReportError, match=re.escape(complaint)):
        simulator.report("baseline", out=tmp_path / "out", **asked)
    assert list(tmp_path.iterdir()) == []


def test_the_report_of_a_kept_run_goes_where_it_is_reported(opened, tmp_path, monkeypatch):
    """Else "choose another --out" would be no way out when the old file is open in another program."""
    asked, folder = [], opened("run").path
    monkeypatch.setattr(import_module("simulator.report.publish"), "publish", lambda of, **given: asked.append((of, given["out"])) or [])
    simulator.report(folder, out=tmp_path / "elsewhere")
    simulator.report(folder)
    assert asked == [(folder, tmp_path / "elsewhere"), (folder, None)]


@pytest.mark.parametrize(
    "name", ["../x", "/tmp/x", "a/b", "a\\b", "{pm.__class__}", "a b", "报告", "", ".x", "a" * 81, "x\n", "C:x", "a%2f"]
)
def test_g2_a_name_that_could_lead_out_is_refused(name):
    with pytest.raises(ReportError, match="cannot be the name"):
        kinds.slug(name)


def test_g2_a_link_in_the_folder_is_not_followed(folder, tmp_path):
    outside, out = tmp_path / "outside.html", tmp_path / "out"
    outside.write_text("keep", encoding="utf-8")
    out.mkdir()
    (out / "budget.zh.html").symlink_to(outside)
    with pytest.raises(ReportError, match="leads out"):
        publish(folder(), out=out)
    assert outside.read_text(encoding="utf-8") == "keep"


@pytest.mark.parametrize("lang", kinds.LANGUAGES)
def test_a_report_tells_how_far_it_is_from_the_first_draw_to_the_last_file(opened, tmp_path, lang):
    """From nothing to nearly all, never back, with every part called by its name in the reader's language."""
    told: list[tuple[float, str]] = []
    words = load(lang)
    course = Course(lambda done, what: told.append((done, what)), words, 1, EFFORT, [lang], 2)
    budget = simulator.run(simulator.load_scenario("baseline", {"draws": FEWEST, "assumptions.incumbents.number": 10, "horizon": 2014}))
    course.at("play", 0.5)
    budget.analyses(step=course.at)
    notebook = [(name, number) for number, name in enumerate((*sections.CONTENTS, "html", "docx"), start=1)]
    for name, number in notebook:
        course.at(lang, (number - 1) / len(notebook), name)
    shares = [done for done, _ in told]
    assert shares == sorted(shares) and 0 < shares[0] < 0.1 and 0.9 < shares[-1] < 1
    assert [what for _, what in told[1 : 1 + len(EFFORT)]] == [words.term("sections", name) for name in EFFORT]
