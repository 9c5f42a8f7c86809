"""Whatever stands in a scenario file or a --set, a scenario or problems come of it, and nothing is run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import yamlfile
from simulator.errors import ScenarioError
from simulator.resources import folder
from simulator.scenario import load_scenario, parse_set
from tests.fuzzing import answers, fuzz, mutated

PIECES = (
    b": ",
    b"- ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"&a ",
    b"*a",
    b"!!python/object/apply:os.system [exit]",
    b"<<: ",
    b"? ",
    b"\n",
    b"  ",
    b"\t",
    b"#",
    b"'",
    b'"',
    b"|\n",
    b"---\n",
    b"1e999",
    b".nan",
    b".inf",
    b"0x10",
    b"1_000",
    b"none",
    b"extends: ",
    b"name: ",
    "￥５".encode(),
    b" % ",
    "万元".encode(),
    "亿".encode(),
    "㎡".encode(),
    "，".encode(),
    b"1,5",
    b"9" * 40,
    b"e99",
    b" to ",
    "：".encode(),
    b"\xff",
    b"\x00",
    b"%TAG ! !",
)
SCENARIOS = folder("scenarios")
BASELINE = load_scenario("baseline")


def write_and_load(home, data: bytes):
    path = home / "mine.yaml"
    path.write_bytes(data)
    return lambda: load_scenario(path)


@fuzz
@given(data=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
def test_arbitrary_bytes_as_a_scenario(tmp_path_factory, data):
    answers(write_and_load(tmp_path_factory.mktemp("s"), data), ScenarioError)


@pytest.mark.parametrize("name", ["cautious", "rebate_suspended"])
def test_mutated_scenarios(tmp_path_factory, name):
    good = (SCENARIOS / f"{name}.yaml").read_bytes()

    @fuzz
    @given(data=mutated(good, PIECES))
    def holds(data):
        answers(write_and_load(tmp_path_factory.mktemp("s"), data), ScenarioError)

    write_and_load(tmp_path_factory.mktemp("s"), good)()
    holds()


@fuzz
@given(
    text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from([p.decode("utf-8", "replace") for p in PIECES])).map("".join)),
    path=st.sampled_from(
        [
            "law.tax_rebate.high_rate",
            "policy.end",
            "draws",
            "assumptions.exit.year1",
            "seed",
            "appropriation.2013",
            "interpretation.rent_clock",
            "",
        ]
    ),
)
def test_arbitrary_settings(text, path):
    answers(lambda: BASELINE.set(parse_set([f"{path}={text}"])), ScenarioError)


@fuzz
@given(text=st.one_of(st.text(), st.lists(st.sampled_from([p.decode("utf-8", "replace") for p in PIECES])).map("".join)))
def test_what_is_read_of_yaml_is_plain(text):
    """Nothing but texts, whole numbers, decimals, days, truths, lists and mappings comes out, however deep."""

    def plain(value) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str | int) and plain(child) for key, child in value.items())
        if isinstance(value, list):
            return all(map(plain, value))
        return value is None or type(value).__name__ in ("str", "int", "Decimal", "date", "bool")

    answers(lambda: plain(yamlfile.loads(text, "x").data) or pytest.fail(repr(text)), ScenarioError)
