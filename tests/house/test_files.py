"""Files are written whole or not at all, and what stood there before stays when they are not."""

import os

import pytest

from simulator.errors import ReportError, SimulatorError
from simulator.files import ROOM, put
from tests.cli.running import listing
from tests.faults import texts_of


def test_a_file_is_put_in_its_place_and_folders_above_it_are_made(tmp_path):
    path = put(tmp_path / "结果 一" / "deep" / "a.txt", lambda p: p.write_text("新", encoding="utf-8"))
    assert path.read_text(encoding="utf-8") == "新" and len(listing(tmp_path)) == 3
    put(str(path), lambda p: p.write_text("newer"))
    assert path.read_text() == "newer" and len(listing(tmp_path)) == 3


def test_a_writer_sees_a_file_beside_with_the_same_ending(tmp_path):
    seen = []
    put(tmp_path / "a.xlsx", lambda p: (seen.append(p), p.write_text("x")))
    assert seen[0].parent == tmp_path and seen[0].suffix == ".xlsx" and seen[0].name.startswith(".")


@pytest.mark.parametrize("failure", [ValueError("a defect"), KeyboardInterrupt(), SimulatorError("bad input")])
def test_what_fails_half_way_leaves_the_old_file_and_nothing_beside_it(failure, tmp_path):
    (tmp_path / "a.txt").write_text("old")
    before = listing(tmp_path)

    def write(path):
        path.write_text("half")
        raise failure

    with pytest.raises(type(failure)):
        put(tmp_path / "a.txt", write)
    assert listing(tmp_path) == before


def test_a_full_disk_is_told(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    before = listing(tmp_path)

    def write(path):
        path.write_text("half")
        raise OSError(28, os.strerror(28))

    assert texts_of(put, tmp_path / "a.txt", write) == [
        f"{tmp_path / 'a.txt'}: cannot be written (No space left on device) → {ROOM}"]
    assert listing(tmp_path) == before


@pytest.mark.parametrize("place", ["file/a.txt", "file/deep/a.txt", "folder", "x" * 300])
def test_a_place_that_cannot_be_written_to_is_told(place, tmp_path):
    (tmp_path / "file").write_text("keep")
    (tmp_path / "folder").mkdir()
    before = listing(tmp_path)
    with pytest.raises(ReportError, match="cannot be written .* → try elsewhere"):
        put(tmp_path / place, lambda p: p.write_text("x"), ReportError, "try elsewhere")
    assert listing(tmp_path) == before
