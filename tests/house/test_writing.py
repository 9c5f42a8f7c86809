"""One room writes and deletes (`simulator/files.py`): nobody else unlinks, renames or opens a file of the user's for writing."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.test_floors import HOUSE

DELETING = {"unlink", "rmdir", "rmtree", "removedirs", "move"}
# modules that write where only they are: a temporary folder of their own, the cache of compiled code, the audit log
ELSEWHERE = {
    "simulator.dashboard.overlay": "a temporary folder",
    "simulator.code_cache": "the cache",
    "simulator.report.publish": "formats are made in a temporary folder",
    "simulator.audit": "appends to the log, and to nothing else",
    "simulator.spreadsheets": "the writers that `files` calls",
    "simulator.locks": "lock files",
}


def deleting(name: str, source: str) -> list[str]:
    """Calls that delete or rename a file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of_os = isinstance(node.func.value, ast.Name) and node.func.value.id in ("os", "shutil")
            moves = (node.func.attr in ("rename", "replace") and len(node.args) == 1 and not node.keywords) or (
                of_os and node.func.attr in ("remove", "rename", "replace", "truncate")
            )
            if node.func.attr in DELETING or moves:
                found.append(f"{name} line {node.lineno}: {ast.unparse(node.func)}")
    return found


def writing(name: str, source: str) -> list[str]:
    """Calls that write a file other than through a writer handed over (a lambda or a partial)."""
    tree = ast.parse(source)
    handed = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Lambda) for inner in ast.walk(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and id(node) not in handed:
            called = ast.unparse(node.func)
            modes = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
            opens = called.endswith("open") and any(isinstance(m, str) and m[:1] in "wax" and len(m) <= 3 for m in modes if m)
            if called.rpartition(".")[2] in ("write_text", "write_bytes", "copyfile", "copytree", "to_parquet", "to_csv", "touch") or opens:
                found.append(f"{name} line {node.lineno}: {called}")
    return found


def test_one_room_deletes():
    assert [text for name, source in HOUSE.items() if name not in ("simulator.files", *ELSEWHERE) for text in deleting(name, source)] == []


def test_one_room_writes():
    assert [text for name, source in HOUSE.items() if name not in ("simulator.files", *ELSEWHERE) for text in writing(name, source)] == []


def test_what_is_written_elsewhere_is_still_there():
    assert set(ELSEWHERE) <= set(HOUSE) and all(Path(f"{name.replace('.', '/')}.py").suffix for name in ELSEWHERE)


def test_both_are_seen():
    for source in ("p.unlink()", "shutil.rmtree(p)", "p.rename(q)", "os.replace(a, b)", "p.replace(q)"):
        assert deleting("m", source), source
    for source in ("p.write_text('x')", "open(p, 'w')", "p.open('wb')", "shutil.copyfile(a, b)", "frame.to_parquet(p)"):
        assert writing("m", source), source
    assert not writing("m", "put(p, lambda q: q.write_text('x'))") and not deleting("m", "text.replace('a', 'b')")
