"""A register in parts gives what the same register in memory gives, to the byte, however it is cut."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pandas as pd
import pytest

from simulator import assess, indicators, load_scenario, read_population, synthesize
from simulator.engine.run import play
from simulator.population.dividing import divided, write_parts
from simulator.population.parts import open_register
from simulator.population.register import details_of
from tests.cli.running import done, refused
from tests.faults import texts_of

BASE = load_scenario("baseline").set(
    {"draws": 20, "seed": 7, "population.known_until": 2013, "assumptions.office.stock": 3_000, "assumptions.exit.after_support": 0.3}
)


@pytest.fixture(scope="module")
def people():
    """An invented register with groups of traditional enterprises, payments of the first year and designated offices."""
    found = synthesize(BASE, 90)
    details = details_of(90, **{**found.details, "group_id": ["" if row % 3 else f"集团{row % 5}" for row in range(90)]})
    enterprises, annual, paid = found.enterprises.copy(), found.annual.copy(), np.zeros((90, 3, 10), np.int64)
    annual["designated_building"][:, 2] = (np.arange(90) % 4 == 0) & (annual["present"][:, 2] == 1)
    enterprises["settled_on"][::4] = 20130615
    annual["online_sales"][:30, 1] = 0  # some go online in the term, groups among them
    paid[10:40, 2, 2] = 600_000
    return dataclasses.replace(found, details=details, enterprises=enterprises, annual=annual, paid=paid, last_paid_year=2013)


def written(people, folder, size):
    cut = list(divided(people, size))
    write_parts(cut, folder, len(cut))
    return open_register(folder)


def digest(draws) -> str:
    return hashlib.sha256(
        b"".join(getattr(draws, name).tobytes() for name in ("by_clause", "by_year", "paid", "recovered", "trscg", "services"))
    ).hexdigest()


def test_c1_any_cut_block_and_number_of_threads_gives_the_same_bytes(people, tmp_path):
    whole = play(BASE, people, workers=1)
    assert whole.of_year("traditional_online")[:, 0].any() and whole.paid[:, 0].any()
    for size, block, workers in ((1, None, 2), (7, 7, 1), (40, 3, 2), (1_000, None, 1)):
        register = written(people, tmp_path / str(size), size)
        assert len(register) == 90 and register.synthetic
        assert digest(play(BASE, register, workers=workers, block=block)) == digest(whole), size
    for change in ({"population.known_until": 2012}, {"behaviour": "as_the_law_says", "draws": 3}):
        scenario = BASE.set(change)
        assert digest(play(scenario, register)) == digest(play(scenario, people)), change


@pytest.fixture(scope="module")
def unknown(people):
    """The same without payments, with cells that nobody knows."""
    some = [(name, 2013, "vat") for name in people.ids[5:35]]
    some += [(name, 0, "certified_on") for name in people.ids]
    return dataclasses.replace(people, unknown=some, paid=np.zeros((0, 0, 10), np.int64), last_paid_year=0)


@pytest.mark.parametrize("size", [7, 40])
def test_what_each_is_due_and_the_statistics_are_those_of_the_register_in_memory(people, unknown, size, tmp_path):
    """Only part by part can they be had of a million enterprises."""
    for name, register in (("known", people), ("unknown", unknown)):
        parts = written(register, tmp_path / name, size)
        whole = parts.whole()
        one, other = assess(parts, BASE), assess(whole, BASE)
        assert one.total == other.total > 0 and len(one.ids) < len(other.ids)
        for found, expected in ((one.table(), other.table()), (one.summary(), other.summary()), (one.intervals, other.intervals)):
            found, expected = (t.sort_values([*t.columns[:3]], ignore_index=True) for t in (found, expected))
            pd.testing.assert_frame_equal(found, expected)
        pd.testing.assert_frame_equal(one.worth, other.worth)
        assert (len(one.intervals) > 0) == (name == "unknown")
        assert sorted(map(str, one.problems)) == sorted(map(str, other.problems))
        tables, expected = indicators(parts, BASE, {2013: 4e10}), indicators(whole, BASE, {2013: 4e10})
        assert list(tables) == list(expected)
        for table in tables:
            pd.testing.assert_frame_equal(tables[table], expected[table])


def test_check_takes_a_register_in_parts_and_names_the_part_of_a_problem(people, tmp_path):
    written(people, tmp_path / "register", 40)
    assert "90" in done("check", tmp_path / "register", "--lang", "en")
    annual = next((tmp_path / "register").glob("part-00002-*/annual.*"))
    annual.write_bytes(annual.read_bytes()[:-9])
    (reported,) = refused(tmp_path, "check", tmp_path / "register", "--lang", "en")
    assert "part-00002-of-" in reported


def test_parts_read_together_are_the_register(people, tmp_path):
    register = written(people, tmp_path / "register", 25)
    again = read_population(tmp_path / "register")
    order = np.argsort(again.ids)
    assert again.subset(order) == people.subset(np.argsort(people.ids))
    assert again.sha256 == register.sha256 and again.source == register.source == "register"
    assert max(register.counts) >= 25 and sum(register.counts) == 90
    assert register.nobody().years == again.years


def test_a_group_or_an_enterprise_in_two_parts_is_refused(people, tmp_path):
    loose = people.subset(slice(0, 40)), people.subset(slice(30, 90))
    write_parts(loose, tmp_path, 2)
    reported = texts_of(open_register, tmp_path)
    assert len(reported) == 2 and "share 10 enterprises" in reported[0] and "groups of enterprises" in reported[1]
    assert all(text.startswith("part-00001-of-00002, part-00002-of-00002: ") for text in reported)


def test_a_former_id_in_another_part_is_the_same_enterprise(people, tmp_path):
    former = details_of(90, name=people.details["name"], former_id=["" if row else people.ids[89] for row in range(90)])
    people = dataclasses.replace(people, details=former)
    write_parts((people.subset(slice(0, 40)), people.subset(slice(40, 90))), tmp_path, 2)
    assert "under one of their ids" in texts_of(open_register, tmp_path)[0]


def test_a_missing_part_a_faulty_part_and_a_changed_part_are_reported(people, tmp_path):
    register = written(people, tmp_path / "r", 30)
    folders = sorted((tmp_path / "r").glob("part-*"))
    annual = folders[1] / "annual.parquet"
    kept = annual.read_bytes()
    annual.write_bytes(b"PAR1")
    reported = texts_of(open_register, tmp_path / "r")
    assert reported[0].startswith(f"{folders[1].name}/annual.parquet")
    annual.write_bytes((folders[0] / "annual.parquet").read_bytes())
    assert texts_of(play, BASE, register)
    annual.write_bytes(kept)
    folders[1].rename(tmp_path / "elsewhere")
    assert f"1 of its {len(folders)} parts are missing" in texts_of(open_register, tmp_path / "r")[0]
