"""Files are written whole or not at all, and what stood there before stays when they are not."""

import os

import pytest

from simulator.errors import ReportError, SimulatorError
from simulator.files import RECORD, ROOM, change, listed, overwriting, put, settled
from simulator.regular import digest_of
from tests.cli.running import listing
from tests.faults import texts_of


def test_a_file_is_put_in_its_place_and_folders_above_it_are_made(tmp_path):
    path = put(tmp_path / "结果 一" / "deep" / "a.txt", lambda p: p.write_text("新", encoding="utf-8"))
    assert path.read_text(encoding="utf-8") == "新" and len(listing(tmp_path)) == 4
    put(str(path), lambda p: p.write_text("newer"))
    assert path.read_text() == "newer" and len(listing(tmp_path)) == 4
    assert listed(path.parent) == {"a.txt": digest_of(path)}


def test_a_writer_sees_a_file_beside_with_the_same_ending(tmp_path):
    seen = []
    put(tmp_path / "a.xlsx", lambda p: (seen.append(p), p.write_text("x")))
    assert seen[0].parent.parent == tmp_path and seen[0].suffix == ".xlsx" and seen[0].parent.name.startswith(".")
    assert sorted(p.name for p in tmp_path.iterdir()) == [RECORD, "a.xlsx"]


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


def test_a_full_disk_is_reported(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    before = listing(tmp_path)

    def write(path):
        path.write_text("half")
        raise OSError(28, os.strerror(28))

    assert texts_of(put, tmp_path / "a.txt", write) == [f"{tmp_path / 'a.txt'}: cannot be written (No space left on device) → {ROOM}"]
    assert listing(tmp_path) == before


@pytest.mark.parametrize("place", ["file/a.txt", "file/deep/a.txt", "folder", "x" * 300])
def test_a_place_that_cannot_be_written_to_is_reported(place, tmp_path):
    (tmp_path / "file").write_text("keep")
    (tmp_path / "folder").mkdir()
    before = listing(tmp_path)
    with pytest.raises(ReportError, match="cannot be written .* → (try elsewhere|choose another --out)"):
        put(tmp_path / place, lambda p: p.write_text("x"), ReportError, "try elsewhere")
    assert listing(tmp_path) == before


def test_only_what_the_program_wrote_and_nobody_changed_is_replaced(tmp_path):
    mine, foreign, edited, link = (tmp_path / name for name in ("mine.txt", "foreign.txt", "edited.txt", "link.txt"))
    foreign.write_text("thesis")
    link.symlink_to(foreign)
    put(mine, lambda p: p.write_text("1"))
    put(edited, lambda p: p.write_text("1"))
    edited.write_text("a clerk's work")
    before = listing(tmp_path)
    reported = texts_of(_put_all, tmp_path, "mine.txt", "foreign.txt", "edited.txt", "link.txt")
    assert [text.split(": ")[1].partition(" →")[0] for text in reported] == [
        "is there already, and not of this program's making",
        "was changed since the program wrote it",
        "is there already, and not of this program's making",
    ]
    assert listing(tmp_path) == before  # nor is the first one replaced
    with overwriting():
        _put_all(tmp_path, "mine.txt", "edited.txt", "link.txt")
    assert foreign.read_text() == "thesis" and not link.is_symlink() and edited.read_text() == "new"


def _put_all(folder, *names, text="new"):
    with change(folder) as changing:
        for name in names:
            changing.text(name, text)


def test_what_is_read_is_never_written_even_when_reported_to(tmp_path):
    register = tmp_path / "register"
    for where in (tmp_path, register):
        put(where / "a.csv", lambda p: p.write_text("of the program"))
    with overwriting(inputs=[tmp_path / "a.csv", register]):
        for path in (tmp_path / "a.csv", register / "a.csv", register / "new.csv", tmp_path / "x" / ".." / "a.csv"):
            (reported,) = texts_of(put, path, lambda p: p.write_text("x"))
            assert "is read here" in reported
    assert (tmp_path / "a.csv").read_text() == (register / "a.csv").read_text() == "of the program"


def test_only_what_the_program_wrote_is_removed(tmp_path):
    put(tmp_path / "mine.csv", lambda p: p.write_text("1"))
    put(tmp_path / "edited.csv", lambda p: p.write_text("1"))
    (tmp_path / "edited.csv").write_text("2")
    (tmp_path / "foreign.csv").write_text("1")
    with overwriting(), change(tmp_path) as changing:
        for name in ("mine.csv", "edited.csv", "foreign.csv", "none.csv"):
            changing.remove(name)
        changing.text("new.txt", "x")
    assert sorted(p.name for p in tmp_path.iterdir()) == [RECORD, "edited.csv", "foreign.csv", "new.txt"]


def test_a_folder_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "records").symlink_to(tmp_path / "elsewhere")
    (reported,) = texts_of(_put_all, tmp_path / "out", "records/a.json")
    assert "is a link" in reported and not list((tmp_path / "elsewhere").iterdir())


def test_a_change_that_was_decided_and_cut_short_is_brought_to_its_end(tmp_path, monkeypatch):
    _put_all(tmp_path, "record.json", "a.csv")
    before, moved = listing(tmp_path), []
    real = type(tmp_path).replace

    def dying(self, target):
        moved.append(target)
        if len(moved) > 2:  # decided, and one file moved
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        _put_all(tmp_path, "record.json", "a.csv", "b.csv", text="newer")
    monkeypatch.undo()
    assert not (tmp_path / "record.json").exists()  # no record beside files of two changes
    (tmp_path / "b.csv").write_text("somebody's, put there meanwhile")
    settled(tmp_path)
    assert {name: (tmp_path / name).read_text() for name in ("record.json", "a.csv", "b.csv")} == dict.fromkeys(
        ("record.json", "a.csv", "b.csv"), "newer"
    ) and listing(tmp_path) != before
    assert (tmp_path / "b.csv.damaged-0").read_text() == "somebody's, put there meanwhile"
    _put_all(tmp_path, "a.csv")
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".") and p.name != RECORD]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"files": {"../a.txt": "00"}, "pending": null}',
        '{"files": [], "pending": 7}',
        '{"files": {}, "pending": {"put": {"../../a.txt": ["x", "", ""]}, "remove": {}}}',
        '{"files": {}, "pending": {"put": {"a.txt": ["b.txt", "", ""]}, "remove": {}}}',
        '{"files": {}, "pending": {"put": {}, "remove": {"/a.txt": "00"}}}',
    ],
)
def test_a_record_that_is_none_makes_nothing_the_program_s(text, tmp_path):
    (tmp_path / "b.txt").write_text("keep")
    put(tmp_path / "a.txt", lambda p: p.write_text("keep"))
    (tmp_path / RECORD).write_text(text)
    settled(tmp_path)
    assert "not of this program's making" in texts_of(_put_all, tmp_path, "a.txt")[0]
    assert (tmp_path / "a.txt").read_text() == (tmp_path / "b.txt").read_text() == "keep"
