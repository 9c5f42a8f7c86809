"""A design kept with a run: the appendix says what was found, how sure that is and what it costs; without one it is absent."""

from __future__ import annotations

import pandas as pd
import pytest

from simulator import design, load_scenario, run
from simulator.budget.design_tables import again, read, tables
from simulator.engine.run import play
from simulator.report import design as reported
from simulator.report import sections
from simulator.report.wording import load
from simulator.store.record import RunFolder
from tests.report.test_sections import text_of

SMALL = {"draws": 60, "horizon": 2014, "assumptions.incumbents.number": 5, "assumptions.joiners.a_year": 0}
FREE = ["law.office_rent.max_area=50:400:50"]


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("baseline", SMALL)


@pytest.fixture(scope="module")
def designs(scenario):
    """A budget between what the least and the most generous terms need, and one nothing fits."""
    needed = design(scenario, 1e9, FREE).frontier["needed"]
    return {"fits": design(scenario, round(float(needed.min() + needed.max()) / 2), FREE), "nothing": design(scenario, 1, FREE)}


@pytest.fixture(scope="module")
def kept(scenario, designs, tmp_path_factory):
    where, budget = tmp_path_factory.mktemp("designs"), run(scenario)
    return {name: RunFolder.open(budget.write(where / name, tables(found))) for name, found in designs.items()} | {
        "none": RunFolder.open(budget.write(where / "none"))
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["fits", "nothing"])
def test_the_appendix_says_what_the_terminal_says(designs, kept, kind, lang):
    words, found = load(lang), designs[kind]
    assert (found.best is not None) == (kind == "fits")
    block = sections.design(kept[kind], lang)
    page = text_of(block)
    for sentence in reported.sentences(found, words, words.pick(kept[kind].record["title"])):
        assert sentence in page
    shown = reported.sheets(read(tables(found)), lang)
    assert shown == reported.sheets(found, lang)  # nothing is lost between the terminal and the folder
    assert ("<img" in block.html) == (len(found.frontier) > 1)
    assert 'href="#design"' in sections.answer(kept[kind], lang).html


def test_without_a_design_there_is_no_appendix(kept):
    assert sections.design(kept["none"], "zh").html == "" and "#design" not in sections.answer(kept["none"], "zh").html


def test_the_question_kept_gives_the_same_answer_to_the_byte(scenario, designs, kept):
    repeated = again(kept["fits"].analyses, scenario, play)
    for name, table in tables(designs["fits"]).items():
        pd.testing.assert_frame_equal(repeated[name], table, check_exact=True)
        assert repeated[name].to_csv(index=False) == table.to_csv(index=False)
