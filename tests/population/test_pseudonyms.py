"""RELIABILITY I6: pseudonyms need a key, and nothing but the key's keeper leads them back."""

from __future__ import annotations

import hashlib
import sys

import openpyxl
import pytest

import simulator
from simulator.cli import main
from simulator.errors import PopulationError
from simulator.population.pseudonyms import pseudonym, read_key
from tests.population.registers import full, write

KEY = "6b" * 32


@pytest.fixture
def key(tmp_path):
    file = tmp_path / "pseudonyms.key"
    file.write_text(KEY + "\n", encoding="utf-8")
    file.chmod(0o600)
    return file


@pytest.fixture
def register(tmp_path):
    people = [
        {
            "enterprise_id": f"9150010700000{n:04d}X",
            "name": f"真名{n}公司",
            "group_id": "真名集团",
            "area": "真名镇",
            "online_retailer": 1,
            "ecommerce": 1,
            "certified_on": "2013-09-01",
            "registered_capital": 1,
            "paid_in_capital": 2,
        }
        for n in range(3)
    ]
    years = [{"enterprise_id": p["enterprise_id"], "year": 2013, "sales": 900_000} for p in people]
    return write(tmp_path / "r", enterprises=full("enterprises", *people), annual=full("annual", *years))


def test_two_keys_give_two_pseudonyms_and_neither_is_a_hash_of_the_code():
    code = "91350100M000100Y43"
    one, other = (pseudonym(code, key) for key in (b"a" * 32, b"b" * 32))
    assert one != other and one == pseudonym(code, b"a" * 32) and pseudonym(code[:-1] + "4", b"a" * 32) != one
    assert code not in one and hashlib.sha256(code.encode()).hexdigest()[:8].upper() not in one


def test_a_list_with_pseudonyms_names_nobody_and_keeps_the_amounts(register, key, tmp_path):
    outs = {name: tmp_path / f"{name}.xlsx" for name in ("open", "behind")}
    assert main(["assess", str(register), "--out", str(outs["open"])]) == 0
    assert main(["assess", str(register), "--pseudonyms", str(key), "--out", str(outs["behind"])]) == 0
    texts = {
        name: [[c.value for c in row] for sheet in openpyxl.load_workbook(out) for row in sheet.iter_rows()] for name, out in outs.items()
    }
    assert "真名1公司" in str(texts["open"]) and "915001070000" in str(texts["open"])
    assert not any(word in str(texts["behind"]) for word in ("真名", "915001070000", KEY))
    assert pseudonym("91500107000000001X", read_key(key)) in str(texts["behind"])
    amounts = [[row[6] for row in texts[name] if len(row) > 6 and isinstance(row[6], float | int)] for name in ("open", "behind")]
    assert sorted(amounts[0]) == sorted(amounts[1]) != []
    codes = [row[1] for row in texts["behind"] if str(row[1]).startswith("P-")]
    assert len(codes) == 3 and codes == sorted(codes), "nor does the order of the register say who is who"
    assert KEY not in "".join(p.read_text("utf-8", "replace") for p in tmp_path.rglob("*.csv"))


def test_a_key_that_is_none_is_refused_without_saying_it(tmp_path, monkeypatch, key):
    short, absent = tmp_path / "short.key", tmp_path / "absent.key"
    short.write_text("too short", encoding="utf-8")
    short.chmod(0o600)
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    for source, why in ((short, "fewer than 32 bytes"), (absent, "cannot be read"), ("env:NO_SUCH_KEY", "is not set")):
        with pytest.raises(PopulationError, match=why) as refused:
            read_key(source)
        assert "too short" not in str(refused.value)
    monkeypatch.setenv("A_KEY", KEY)
    assert read_key("env:A_KEY") == read_key(key) == KEY.encode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_a_key_that_others_may_read_is_refused(key):
    key.chmod(0o644)
    with pytest.raises(PopulationError, match="others than its owner") as refused:
        simulator.pseudonymise(simulator.synthesize(enterprises=5), key)
    assert KEY not in str(refused.value)
