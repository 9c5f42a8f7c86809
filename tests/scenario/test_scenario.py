"""Scenarios: every setting by one path, files that say only what differs, and everything wrong reported at once, by line."""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Mapping
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import yamlfile
from simulator.errors import LawError, ScenarioError, nearest
from simulator.law.rewriting import PATH, formulas
from simulator.resources import folder
from simulator.scenario import CONFIDENCE, PLAIN, load_scenario, parse_set, shipped
from simulator.scenario.funding import SETTINGS as RATIONING
from simulator.scenario.given import text_of
from tests.faults import problems_of, texts_of
from tests.law.lawfile import TEXT, text_with_edges, with_term
from tests.of_2013 import ASSUMPTIONS, BY_PATH, RISING, SWITCHES

BASELINE = load_scenario("baseline")
COSTS = {f"assumptions.{path}": 1 for path in BY_PATH if path.startswith("levers.") and path.endswith(".cost")}
PRICED = BASELINE.set(COSTS)  # a measure of 三 may only be used with a cost
SETTINGS = {setting.path: setting for setting in BASELINE.settings()}
STATISTICS = yamlfile.load(folder("data") / "statistics" / "published.yaml").data


def write(where, name: str, *lines: str):
    """A scenario file: its name, and lines of it."""
    path = where / f"{name}.yaml"
    path.write_text("\n".join([f"name: {name}", *lines]) + "\n", encoding="utf-8")
    return path


def overlay(where, *lines: str):
    """A scenario on the baseline; line 3 is the first of `lines`."""
    return load_scenario(write(where, "mine", "base: baseline", *lines))


def refusals(where, *lines: str) -> list[str]:
    return texts_of(overlay, where, *lines)


def changed(scenario, base=BASELINE) -> dict[str, str]:
    """What differs from the base, by path."""
    was = base.to_dict()
    return {path: value for path, value in scenario.to_dict().items() if was.get(path) != value}


# ------------------------------------------------------------------------------------- one path per setting


def test_every_setting_is_listed_with_meaning_and_unit():
    assert len(SETTINGS) == len(BASELINE.settings()) > 200
    expected = {
        *(f"law.{p}" for p in (*BASELINE.law.numbers, *BASELINE.law.offers(), *formulas(BASELINE.law.policy))),
        "policy.start",
        "policy.end",
        "policy.in_force",
        *PLAIN,
        *RATIONING,
        *(f"interpretation.{s}" for s in SWITCHES),
        *(f"assumptions.{p}" for p in BY_PATH),
        *(f"appropriation.{y}" for y in range(2013, 2019)),
    }
    assert set(SETTINGS) == expected
    for setting in SETTINGS.values():
        assert setting.value and setting.unit and setting.range and setting.zh and setting.en
        assert not setting.changed
    assert [s.path for s in BASELINE.settings("law.tax_rebate.years")] == ["law.tax_rebate.years"]
    assert {s.path for s in BASELINE.settings("assumptions.exit")} == {p for p in SETTINGS if ".exit." in p}
    assert {s.group for s in BASELINE.settings("interpretation")} == {"interpretation"}
    assert BASELINE.settings("law.tax_rebate.ye") == []


@pytest.mark.parametrize("name", ["baseline", "generous"])
def test_a_setting_set_to_its_own_shown_value_changes_nothing(name):
    scenario = load_scenario(name).set(parse_set(["correlations.startups.a_year~o2o_share=0.25"]))
    before = scenario.to_dict()
    for setting in scenario.settings():
        again = scenario.set(parse_set([f"{setting.path}={setting.value}"]))
        assert again.to_dict() == before, setting
        assert again.law == scenario.law
    assert again.hash() == scenario.hash()


def test_all_settings_written_as_a_file_give_the_same_scenario(tmp_path):
    for name in shipped():
        scenario = load_scenario(name).set({"correlations.market.growth~o2o_share": 0.5, "draws": 77})
        lines = [f"{path}: {text_of(path, value) if PATH.fullmatch(path) else value}" for path, value in scenario.to_dict().items()]
        again = load_scenario(write(tmp_path, "whole", "base: baseline", *lines))
        assert again.to_dict() == scenario.to_dict()
        assert again.hash() == scenario.hash()


def in_range(assumption):
    return st.floats(assumption.low, assumption.high, allow_subnormal=False)


@settings(max_examples=50)
@given(data=st.data())
def test_whatever_number_is_set_is_shown_exactly(data):
    assumption = data.draw(st.sampled_from(ASSUMPTIONS))
    low, mode, high = sorted(data.draw(in_range(assumption)) for _ in range(3))
    form = data.draw(
        st.sampled_from(
            [
                mode,
                {"low": low, "high": high},
                {"low": low, "mode": mode, "high": high},
                {"values": [low, mode, high], "weights": [1, 0.5, 2]},
            ]
        )
    )
    path = f"assumptions.{assumption.path}"
    scenario = PRICED.set({path: form})
    shown = scenario.to_dict()[path]
    again = PRICED.set(parse_set([f"{path}={shown}"]))
    assert again.assumptions[assumption.path].value == scenario.assumptions[assumption.path].value
    assert again.hash() == scenario.hash()


@settings(max_examples=50)
@given(data=st.data())
def test_different_numbers_have_different_hashes(data):
    assumption = data.draw(st.sampled_from(ASSUMPTIONS))
    one, other = data.draw(in_range(assumption)), data.draw(in_range(assumption))
    hashes = {PRICED.set({f"assumptions.{assumption.path}": value}).hash() for value in (one, other)}
    assert len(hashes) == (1 if one == other else 2)


def other_value(setting) -> str:
    """Another value that a setting may have, as one writes it."""
    other = {
        "text": lambda s: "elsewhere",
        "label": lambda s: "2160299",
        "choice": lambda s: next(n for n in s.range.split(" | ") if n != s.value),
        "date": lambda s: "2014-06-30",
        "year": lambda s: "2015",
        "flag": lambda s: "false",
    }
    if setting.unit == "formula":
        return f"({setting.value})"  # the same, written otherwise
    if setting.unit in ("choice", "reading"):
        return other["choice"](setting)
    if setting.unit in other:
        return other[setting.unit](setting)
    if setting.path.startswith("assumptions."):
        declared = BY_PATH[setting.path.partition(".")[2]]
        return yamlfile.written(declared.low + (declared.high - declared.low) * 0.37)
    if setting.unit in ("share", "occupancy"):
        return "0.77"
    if setting.value.startswith("{"):
        return "{1994: 0.3}"
    if setting.value == "none":
        return "tax_rebate" if setting.unit == "clauses" else "50000"
    return str(int(D(setting.value)) + 1)


def test_a_change_of_any_setting_changes_the_hash():
    hashes = {PRICED.hash()}
    for setting in PRICED.settings():
        hashes.add(PRICED.set(parse_set([f"{setting.path}={other_value(setting)}"])).hash())
    hashes.add(PRICED.set({"correlations.market.growth~o2o_share": 0.5}).hash())
    assert len(hashes) == len(SETTINGS) + 2


STARTS = "policy: {start: 2013-07-01}"  # as the baseline; a law that is named starts when its file says


def test_the_edge_of_a_threshold_is_in_the_hash(tmp_path):
    (tmp_path / "strict.yaml").write_text(text_with_edges(TEXT, {"tax_rebate.low_contribution": "more_than"}), encoding="utf-8")
    assert overlay(tmp_path, "law: strict", STARTS).hash() != BASELINE.hash()
    (tmp_path / "same.yaml").write_text(TEXT, encoding="utf-8")
    assert overlay(tmp_path, "law: same", STARTS).hash() == BASELINE.hash()


# -------------------------------------------------------------------------------------------- unknown paths


def misspelt(word: str, rng: random.Random) -> str:
    """One letter replaced, left out, put in or exchanged with the next."""
    i, letter = rng.randrange(len(word)), rng.choice("abcdefghijklmnopqrstuvwxyz")
    return rng.choice(
        [
            word[:i] + letter + word[i + 1 :],
            word[:i] + word[i + 1 :],
            word[:i] + letter + word[i:],
            word[:i] + word[i + 1 : i + 2] + word[i : i + 1] + word[i + 2 :],
        ]
    )


def test_a_misspelt_path_is_refused_with_the_path_that_was_meant():
    rng = random.Random(2013)
    tried = missed = 0
    for path in SETTINGS:
        for _ in range(2):
            wrong = misspelt(path, rng)
            if wrong in SETTINGS or path.startswith("appropriation"):
                continue
            tried += 1
            [problem] = problems_of(BASELINE.set, {wrong: 1})
            assert problem.place in (wrong, f"interpretation.{wrong.partition('.')[2]}")
            assert problem.cause in ("is no setting", "is no number of the law", "is no assumption", "is no interpretation switch")
            missed += problem.remedy not in (f"did you mean {path}?", f"did you mean {path.partition('.')[2]}?")
    assert tried > 350
    assert missed / tried < 0.05, f"{missed} of {tried} suggestions are not what was meant"


@pytest.mark.parametrize(
    "path, reported",
    [
        ("law.tax_rebate", "law.tax_rebate: is no number of the law → did you mean law.tax_rebate."),
        ("law", "law: is no setting → see simulator terms"),
        ("assumptions", "assumptions: is no setting → did you mean assumptions."),
        ("补助面积上限", "补助面积上限: is no setting → did you mean law.office_rent.max_area?"),
        ("law.补助面积上限", "law.补助面积上限: is no number of the law → did you mean law.office_rent.max_area?"),
        ("租金", "租金: is no setting → see simulator terms 租金"),
        ("high_rate", "high_rate: is no setting → did you mean law.tax_rebate.high_rate?"),
        ("take_up.tax_rebate", "take_up.tax_rebate: is no setting → did you mean assumptions.take_up.tax_rebate?"),
        ("name", "name: is no setting → "),
        ("base", "base: is no setting → "),
        ("", "is no setting → see simulator terms"),
        ("zzz", "zzz: is no setting → see simulator terms"),
        ("appropriation.next", "appropriation.next: 'next' is no year → appropriation.2014=6000000"),
        ("correlations.o2o_share", "correlations.o2o_share: is not a pair of two assumptions, a~b"),
        (
            "correlations.o2o_share~o2o_shaer",
            "correlations.o2o_share~o2o_shaer: is not a pair of two assumptions, a~b → did you mean o2o_share?",
        ),
    ],
)
def test_what_is_no_setting(path, reported):
    [text] = texts_of(BASELINE.set, {path: 0.5})
    assert text.startswith(reported) or text == reported


def test_a_path_that_is_no_text_is_no_setting():
    assert texts_of(BASELINE.set, {2013: 5}) == ["2013: is no setting → did you mean appropriation.2013?"]


def test_nothing_is_suggested_when_nothing_is_near():
    assert nearest("qqqq", ["alpha", "beta"]) == ""
    assert nearest("alpah", ["alpha", "beta"]) == "did you mean alpha?"


# ------------------------------------------------------------------------------ files that say what differs


def leaves(data: Mapping, path: str = ""):
    """The settings a file names."""
    for key, value in data.items():
        inner = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping) and inner not in SETTINGS:
            yield from leaves(value, inner)
        else:
            yield inner


def test_there_are_scenarios_besides_the_baseline():
    assert shipped()[0] == "baseline" and len(shipped()) >= 4 and len(set(shipped())) == len(shipped())


@pytest.mark.parametrize("name", [n for n in shipped() if n != "baseline"])
def test_a_shipped_scenario_says_what_differs_and_only_that(name):
    scenario = load_scenario(name)
    assert scenario.name == name and scenario.zh != scenario.en
    data = yamlfile.load(folder("scenarios") / f"{name}.yaml").data
    assert data["base"] == "baseline"
    said = set(leaves({k: v for k, v in data.items() if k not in ("name", "zh", "en", "base")}))
    differs = set(changed(scenario))
    other_source = {f"assumptions.{path}" for path, sourced in scenario.assumptions.items() if sourced != BASELINE.assumptions.get(path)}
    assert differs and said == differs | other_source
    assert {s.path for s in scenario.settings() if s.changed} | {p for p in differs if p not in SETTINGS} == differs
    assert scenario.hash() != BASELINE.hash()


def test_the_baseline_says_everything():
    data = yamlfile.load(folder("scenarios") / "baseline.yaml").data
    assert "base" not in data
    said = set(leaves({k: v for k, v in data.items() if k not in ("name", "zh", "en", "law", "statistics")}))
    unsaid = {"policy.in_force"}  # true: a policy that is not in force is for comparisons
    assert said == {path for path in SETTINGS if not path.startswith("law.")} - unsaid


def test_an_overlay_keeps_the_rest_of_its_base(tmp_path):
    scenario = overlay(
        tmp_path,
        "zh: 我的",
        "law: {tax_rebate.high_rate: 0.4, data_line: {cap: 100000}}",
        "interpretation: {new_firm_increment: none}",
        "assumptions: {take_up: {tax_rebate: 0.5}}",
        "appropriation: {2013: none, 2018: 5.25元}",
        "draws: 10",
        "policy: {end: none}",
    )
    assert changed(scenario) == {
        "law.tax_rebate.high_rate": "0.4",
        "law.data_line.cap": "100000",
        "interpretation.new_firm_increment": "none",
        "assumptions.take_up.tax_rebate": "0.5",
        "appropriation.2018": "5.25元",
        "draws": "10",
        "policy.end": "none",
    }
    assert 2013 not in scenario.appropriation and scenario.appropriation[2018] == 525
    assert (scenario.name, scenario.zh, scenario.en) == ("mine", "我的", "mine")
    assert BASELINE.law.numbers["tax_rebate.high_rate"].at(2013) == D("0.5")


def test_a_chain_of_bases_and_the_nearest_word_counts(tmp_path):
    write(tmp_path, "one", "base: cautious", "law: {office_rent.max_area: 200, data_line.years: 1}", "draws: 11")
    two = load_scenario(write(tmp_path, "two", "base: one", "law: {office_rent.max_area: 250}", "seed: 12"))
    same = load_scenario(write(tmp_path, "three", "base: one.yaml", "law: {office_rent.max_area: 250}", "seed: 12"))
    assert same.hash() == two.hash()
    cautious = load_scenario("cautious")
    assert changed(two, cautious) == {"law.office_rent.max_area": "250", "law.data_line.years": "1", "draws": "11", "seed": "12"}
    assert two.interpretation == cautious.interpretation


def test_a_base_lies_beside_its_overlay_wherever_one_stands(tmp_path, monkeypatch):
    inner = tmp_path / "部门 方案"
    inner.mkdir()
    write(inner, "一稿", "base: baseline", "draws: 13")
    path = write(inner, "二稿", "base: 一稿", "seed: 14")
    monkeypatch.chdir(tmp_path)
    assert changed(load_scenario(path)) == {"draws": "13", "seed": "14"}
    assert changed(load_scenario("部门 方案/二稿.yaml")) == {"draws": "13", "seed": "14"}


def test_circles_are_refused(tmp_path):
    a = write(tmp_path, "a", "base: b")
    write(tmp_path, "b", "base: c")
    write(tmp_path, "c", "base: a")
    assert texts_of(load_scenario, a) == ["a.yaml: names itself as its base, in a circle → end the chain at baseline"]
    me = write(tmp_path, "me", "base: me")
    assert texts_of(load_scenario, me) == ["me.yaml: names itself as its base, in a circle → end the chain at baseline"]


def test_a_base_or_a_law_that_is_not_there_is_named_with_its_line(tmp_path):
    assert texts_of(load_scenario, write(tmp_path, "x", "zh: 甲", "base: basline")) == [
        "x.yaml line 3, base: there is no scenario or file 'basline' → did you mean baseline?"
    ]
    assert refusals(tmp_path, "law: jiulongpo_2031") == [
        "mine.yaml line 3, law: there is no policy 'jiulongpo_2031' → did you mean jiulongpo_2013?"
    ]
    assert texts_of(load_scenario, "bseline") == ["there is no scenario or file 'bseline' → did you mean baseline?"]
    assert "a path, or one of baseline" in texts_of(load_scenario, "")[0]
    for name in ("x" * 400, "x" * 400 + ".yaml", "no/such/file.yaml", "/", "a\0b"):
        [text] = texts_of(load_scenario, name)
        assert text.startswith(f"there is no scenario or file {name!r}")
    [text] = refusals(tmp_path, f"law: {'x' * 400}")
    assert "there is no policy" in text


def test_faults_of_a_base_are_reported_with_its_file(tmp_path):
    write(tmp_path, "below", "base: baseline", "draws: 0")
    assert texts_of(load_scenario, write(tmp_path, "above", "base: below", "seed: 1")) == [
        "below.yaml line 3, draws: is 0 → a whole number 1 … 10,000,000"
    ]


def test_a_law_file_beside_a_scenario_is_that_scenarios_law(tmp_path):
    """Also one with the name of the shipped law; a law that is named starts from the numbers of its file."""
    (tmp_path / "jiulongpo_2013.yaml").write_text(with_term(TEXT, "data_line.cap", value=123), encoding="utf-8")
    mine = overlay(tmp_path, "law: jiulongpo_2013", STARTS, "law.data_line.years: 3")
    assert changed(mine) == {"law.data_line.cap": "123", "law.data_line.years": "3"}
    write(tmp_path, "changed", "base: baseline", "law: {data_line.rate: 0.1}")
    assert changed(load_scenario(write(tmp_path, "top", "base: changed", "law: jiulongpo_2013", STARTS))) == {"law.data_line.cap": "123"}


def test_a_scenario_may_have_the_name_of_its_law(tmp_path):
    """It is not taken for the law file of that name."""
    scenario = load_scenario(write(tmp_path, "jiulongpo_2013", "base: baseline", "law: jiulongpo_2013", STARTS))
    assert scenario.law == BASELINE.law


def test_faults_of_a_law_file_are_reported_with_its_lines(tmp_path):
    broken = with_term(TEXT, "data_line.cap", value="lots")
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    line = broken[: broken.index("lots")].count("\n") + 1
    assert refusals(tmp_path, "law: broken") == [
        (
            f"broken.yaml line {line}, clauses.data_line.numbers.cap: 'lots' is no number → "
            "write the number with its unit: 20万元, 30 %, 500 m², 24 months"
        )
    ]


def test_a_scenario_without_a_base_must_say_everything(tmp_path):
    reported = texts_of(load_scenario, write(tmp_path, "bare", "draws: 5"))
    missing = {text.partition(" is missing")[0] for text in reported}
    defaults = {f"assumptions.{a.path}" for a in ASSUMPTIONS if a.default is not None}  # of the policy's clauses: usual values
    assert missing == {
        f"bare.yaml: {p}"
        for p in SETTINGS.keys() - defaults
        if not p.startswith(("law.", "policy.", "interpretation.", "appropriation.", "rationing.")) and p != "draws"
    }
    assert all(text.endswith("→ add it, or name a base") for text in reported)
    whole = (folder("scenarios") / "baseline.yaml").read_text(encoding="utf-8")
    (tmp_path / "whole.yaml").write_text(whole, encoding="utf-8")
    assert load_scenario(tmp_path / "whole.yaml").hash() == BASELINE.hash()
    (tmp_path / "whole.yaml").write_text(whole.replace("law: jiulongpo_2013", "law: {data_line.cap: 5}"), encoding="utf-8")
    assert changed(load_scenario(tmp_path / "whole.yaml")) == {"law.data_line.cap": "5"}


@pytest.mark.parametrize("name", ["../up", "a/b", "..", ".hidden", "'a b'", "a:b", "''", "x" * 81, "'a\\b'", '"a\\n"'])
def test_a_name_that_could_lead_out_of_the_output_folder_is_refused(name, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(f"base: baseline\nname: {name}\n", encoding="utf-8")
    [text] = texts_of(load_scenario, path)
    assert text.startswith("s.yaml line 2, name: is ") and text.endswith("→ letters, digits, - and _; zh: and en: are free")


def test_a_name_may_be_chinese_and_must_be_there(tmp_path):
    assert load_scenario(write(tmp_path, "从紧-2014_v1.2", "base: baseline")).name == "从紧-2014_v1.2"
    (tmp_path / "s.yaml").write_text("base: baseline\n", encoding="utf-8")
    assert texts_of(load_scenario, tmp_path / "s.yaml") == ["s.yaml: name is missing → add name: and zh:, en: titles"]


# ------------------------------------------------------------------------------------- what YAML does to values


@pytest.mark.parametrize(
    "line, reported",
    [
        ("draws: 010", "mine.yaml line 3, draws: '010' is not a number the program reads; write digits, a point and nothing else"),
        ("draws: 1_000", "mine.yaml line 3, draws: '1_000' is not a number"),
        ("draws: 1,000", "mine.yaml line 3, draws: '1,000' is not a number"),
        ("draws: 12:30", "mine.yaml line 3, draws: '12:30' is not a number"),
        ("draws: 50%", "mine.yaml line 3, draws: is '50%' → a whole number"),
        ("law: {tax_rebate.high_rate: .nan}", "mine.yaml line 3, law.tax_rebate.high_rate: is '.nan' → write a number in share"),
        ("assumptions: {o2o_share: .inf}", "mine.yaml line 3, assumptions.o2o_share: is '.inf'"),
        ("assumptions: {o2o_share: 1e400}", "mine.yaml line 3, assumptions.o2o_share: is "),
        ("assumptions: {o2o_share: 1e-99999999999999999999}", "mine.yaml line 3, assumptions.o2o_share: '1e-9"),
        (f"assumptions: {{o2o_share: {'9' * 400}}}", "mine.yaml line 3, assumptions.o2o_share: '9999999999999999999999999999…'"),
        (f"seed: {'9' * 9000}", "mine.yaml line 3, seed: '9999999999999999999999999999…' is not a number"),
        ("law: {tax_rebate.high_rate: 0x1}", "mine.yaml line 3, law.tax_rebate.high_rate: is '0x1'"),
        ("draws: 1e3", "mine.yaml line 3, draws: is 1E+3 → a whole number"),
        ("draws: 10.0", "mine.yaml line 3, draws: is 10.0 → a whole number"),
        ("draws: '10'", "mine.yaml line 3, draws: is '10' → a whole number"),
        ("draws: yes", "mine.yaml line 3, draws: is 'yes' → a whole number"),
        ("draws: true", "mine.yaml line 3, draws: is true → a whole number"),
        ("draws: [5]", "mine.yaml line 3, draws: is [5] → a whole number"),
        ("draws: {n: 5}", "mine.yaml line 3, draws: is {n: 5} → a whole number"),
        ("draws:", "mine.yaml line 3, draws: is none → a whole number"),
        ("draws: 几十", "mine.yaml line 3, draws: is '几十' → a whole number"),
        ("policy: {end: 2015-02-29}", "mine.yaml line 3, policy.end: 2015-02-29 is no day of the calendar"),
        ("policy: {end: 2015-2-30}", "mine.yaml line 3, policy.end: is '2015-2-30' → write a date as 2013-01-01 or none"),
        ("policy: {in_force: no}", "mine.yaml line 3, policy.in_force: is 'no' → write true or false"),
        ("policy: {in_force: 1}", "mine.yaml line 3, policy.in_force: is 1 → write true or false"),
        ("uncertainty: no", "mine.yaml line 3, uncertainty: is 'no' → "),
        ("market: off", "mine.yaml line 3, market: is 'off' → "),
        ("interpretation: {rent_clock: none}", "mine.yaml line 3, interpretation.rent_clock: has no reading none"),
        (
            "interpretation: {new_firm_increment: nome}",
            "mine.yaml line 3, interpretation.new_firm_increment: has no reading 'nome' → did you mean none?",
        ),
        ("appropriation: {2013: 1.005}", "mine.yaml line 3, appropriation.2013: is 1.005 → write CNY ≥ 0 with at most two"),
        ("appropriation: {2013: -1}", "mine.yaml line 3, appropriation.2013: is -1 → write CNY ≥ 0"),
        ("appropriation: {13: 1}", "mine.yaml line 3, appropriation.13: '13' is no year → appropriation.2014=6000000"),
        ("appropriation: {2013: 几百万}", "mine.yaml line 3, appropriation.2013: is '几百万' → write CNY"),
        (
            "appropriation: {2013: 600}",
            "mine.yaml line 3, appropriation.2013: 600 CNY is less than a single award → write 600万元, or 600元",
        ),
        ("appropriation: {2030: 600万}", "mine.yaml line 3, appropriation.2030: no cash is paid in 2030 → a year from 2013 … 2018"),
        ("population: {source: 5}", "mine.yaml line 3, population.source: is 5 → write synthetic, a folder or an .xlsx file"),
        ("population: 5", "mine.yaml line 3, population: is no setting → did you mean population."),
        ("assumptions: [1, 2]", "mine.yaml line 3, assumptions: is no setting"),
        (
            "law: {tax_rebate: {hihg_rate: 0.4}}",
            "mine.yaml line 3, law.tax_rebate.hihg_rate: is no number of the law → did you mean law.tax_rebate.high_rate?",
        ),
        (
            "law: {tax_rebate.high_rate@2015: 40}",
            "mine.yaml line 3, law.tax_rebate.high_rate@2015: 40 lies outside 0 … 1 share → write 0.4 for 40 %",
        ),
        ("? [a, b]\n: 5", "mine.yaml line 3: has a key that is not a word → write a plain name"),
        ("<<: {draws: 5}", "mine.yaml line 3: has a key that is not a word → write a plain name"),
        ("draws: !!int '5'", "mine.yaml line 3: has the tag tag:yaml.org,2002:int → remove it"),
        ("draws: !!python/object/apply:os.system [exit]", "mine.yaml line 3: has the tag tag:yaml.org,2002:python/object"),
        ("draws: !mine 5", "mine.yaml line 3: has the tag !mine → remove it"),
        ("draws: &five 5", "mine.yaml line 3: anchors and aliases are not read → write it out"),
        ("draws: [5", "mine.yaml line 3: has a brace or bracket that is not closed → close it on the same line"),
        ("draws: '5", "mine.yaml line 3: has a quote that is not closed → close the quote"),
        ("draws：5", "mine.yaml line 3: has a full-width colon after draws → write a colon and a space: draws: …"),
        ("draws:5", "mine.yaml line 3: has no space after the colon of draws → write a colon and a space: draws: …"),
        (
            "law:\n    tax_rebate.high_rate: 0.4\n  data_line.cap: 5",
            "mine.yaml line 5: is indented by 2 spaces; the lines above it by 4 → begin lines of one block in one column",
        ),
        ("draws: 5: 6", "mine.yaml line 3: holds a second colon → put the value in quotes where the colon belongs to it"),
        ("\tdraws: 5", "mine.yaml line 3: is indented with a Tab → indent with spaces"),
        ("---\ndraws: 5", "mine.yaml line 3: "),
    ],
)
def test_what_a_person_typed_is_not_read_as_something_else(line, reported, tmp_path):
    texts = refusals(tmp_path, line)
    assert len(texts) == 1, texts
    assert texts[0].startswith(reported), texts[0]
    assert "Decimal(" not in texts[0] and "datetime" not in texts[0]


def test_every_slip_of_a_line_is_reported(tmp_path):
    assert refusals(tmp_path, "policy:\n　start：2013-07-01") == [
        "mine.yaml line 4: is indented with a space that is no ordinary one → indent with ordinary spaces",
        "mine.yaml line 4: has a full-width colon after start → write a colon and a space: start: …",
    ]


def test_what_is_plain_is_read_as_it_is(tmp_path):
    scenario = overlay(
        tmp_path,
        "seed: +5",
        "appropriation: {2013: 1e6, 2014: 0.10元, 2015: 50万, 2016: 0.05 亿元}",
        "policy: {end: ~}",
        "rebate_suspended_from: null",
        "law: {tax_rebate.low_rate: 3e-1}",
        "zh: 'no'",
        "en: on",
    )
    assert scenario.seed == 5
    assert [scenario.appropriation[y] for y in (2013, 2014, 2015)] == [100_000_000, 10, 50_000_000]
    assert scenario.law.end is None and scenario.plain["rebate_suspended_from"] is None
    assert scenario.law.numbers["tax_rebate.low_rate"].at(2013) == D("0.3")
    assert (scenario.zh, scenario.en) == ("no", "on")


@pytest.mark.parametrize("text", ["draws: 5\ndraws: 6", "law: {data_line.cap: 1}\nlaw: {data_line.rate: 0.1}"])
def test_a_key_that_stands_twice_is_refused(text, tmp_path):
    key = text.partition(":")[0]
    assert refusals(tmp_path, *text.split("\n")) == [f"mine.yaml line 4, {key}: stands twice, also on line 3 → keep one"]


def test_a_setting_that_is_written_in_two_ways_is_refused(tmp_path):
    assert refusals(tmp_path, "law:", "  data_line.cap: 1", "  data_line: {cap: 2}") == [
        "mine.yaml line 5, law.data_line.cap: stands twice, also on line 4 → keep one"
    ]
    assert refusals(tmp_path, "assumptions.exit.year1: 0.1", "assumptions: {exit: {year1: 0.2}}") == [
        "mine.yaml line 4, assumptions.exit.year1: stands twice, also on line 3 → keep one"
    ]


def test_a_pile_of_brackets_or_aliases_is_refused_in_no_time(tmp_path):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]" for i in range(9)
    )
    for content in (
        "[" * 20_000,
        "{a: " * 5_000,
        "- " * 20_000,
        "? " * 20_000,
        bomb,
        "a: &a [*a]",
        "\n".join("  " * i + "a:" for i in range(300)),
    ):
        path = tmp_path / "pile.yaml"
        path.write_text(content, encoding="utf-8")
        started = time.process_time()  # its own, whatever else the machine does
        texts = texts_of(load_scenario, path)
        assert time.process_time() - started < 1
        assert all("is nested deeper than 20 levels" in t or "anchors and aliases" in t for t in texts)


def test_twenty_levels_are_read_and_no_more(tmp_path):
    assert yamlfile.loads("a: " + "[" * 19 + "]" * 19, "x").data
    assert "is nested deeper" in texts_of(yamlfile.loads, "a: " + "[" * 20 + "]" * 20, "x")[0]


def test_a_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * 600_000)
    assert texts_of(load_scenario, path) == ["large.yaml: has 600,000 bytes → at most 524,288 are read"]


@pytest.mark.parametrize(
    "content, reported",
    [
        (b"", "s.yaml: is empty → write at least a name"),
        (b"# nothing\n", "s.yaml: is empty → write at least a name"),
        (b"baseline", "s.yaml: does not hold `key: value` lines → write a mapping"),
        (b"- a\n", "s.yaml: does not hold `key: value` lines → write a mapping"),
        ("base: baseline\nname: mine\nzh: 从紧\n".encode("gbk"), "s.yaml: byte 30 is not UTF-8 → save the file as UTF-8"),
        ("base: baseline\n".encode("utf-16"), "s.yaml: byte 0 is not UTF-8 → save the file as UTF-8"),
        (bytes(range(256)), "s.yaml: byte 128 is not UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00binary", "s.yaml: is not YAML"),
        (b"base: baseline\nname: \x07\n", "s.yaml: is not YAML"),
    ],
)
def test_what_is_no_scenario_file(content, reported, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes(content)
    [text] = texts_of(load_scenario, path)
    assert text.startswith(reported)


def test_a_file_that_begins_with_a_mark_of_utf8_is_read(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("name: s\nbase: baseline\nzh: 从紧\ndraws: 5\n", encoding="utf-8-sig")
    assert load_scenario(path).zh == "从紧"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_scenario(path).draws == 5


# ----------------------------------------------------------------------------------------- several at once


def test_all_problems_of_a_file_come_at_once_each_with_its_line(tmp_path):
    reported = refusals(
        tmp_path,
        "draws: 0",
        "sede: 5",
        "law:",
        "  tax_rebate.high_rate: 50",
        "  data_line:",
        "    cap: many",
        "    capp: 1",
        "interpretation:",
        "  rent_clock: leese",
        "assumptions:",
        "  o2o_share: {low: 0.5, high: 0.1}",
        "  exit.year1: 010",
        "policy: {start: 2013}",
        "appropriation: {2013: x}",
        "horizon: 3000",
        "horizon: 2017",
        "correlations: {exit.year1: 0.5}",
    )
    assert {text.partition(": ")[0] for text in reported} == {
        "mine.yaml line 3, draws",
        "mine.yaml line 4, sede",
        "mine.yaml line 6, law.tax_rebate.high_rate",
        "mine.yaml line 8, law.data_line.cap",
        "mine.yaml line 9, law.data_line.capp",
        "mine.yaml line 11, interpretation.rent_clock",
        "mine.yaml line 13, assumptions.o2o_share",
        "mine.yaml line 14, assumptions.exit.year1",
        "mine.yaml line 15, policy.start",
        "mine.yaml line 16, appropriation.2013",
        "mine.yaml line 17, horizon",
        "mine.yaml line 18, horizon",
        "mine.yaml line 19, correlations.exit.year1",
    }
    assert len(reported) == 13


def test_all_problems_of_set_come_at_once():
    reported = texts_of(
        BASELINE.set,
        {
            "draws": 0,
            "sede": 5,
            "law.tax_rebate.high_rate": 50,
            "law.data_line.capp": 1,
            "interpretation.rent_clock": "x",
            "assumptions.o2o_share": -1,
            "policy.end": "soon",
            "seed": float("nan"),
            "appropriation.2013": float("inf"),
        },
    )
    assert [text.partition(": ")[0] for text in reported] == [
        "seed",
        "appropriation.2013",
        "draws",
        "sede",
        "interpretation.rent_clock",
        "assumptions.o2o_share",
        "law.tax_rebate.high_rate",
        "law.data_line.capp",
        "policy.end",
    ]


def test_years_that_do_not_fit_each_other_are_reported(tmp_path):
    assert refusals(tmp_path, "policy: {start: 2016-01-01}") == [
        "mine.yaml line 3, policy.start: 2015-12-31 lies before policy.start 2016-01-01 → exchange them"
    ]
    assert refusals(tmp_path, "horizon: 2012") == [
        "mine.yaml line 3, horizon: 2012 lies outside 2013 … 2073 → the first award year or later"
    ]
    assert refusals(tmp_path, "population.known_until: 2011") == [
        "mine.yaml line 3, population.known_until: 2011 lies before 2012 → the year before policy.start or later"
    ]


# -------------------------------------------------------------------------------------- uncertain numbers


FORMS = {
    "0.3": (0.3, 0.3, 0.3, "fixed"),
    "{low: 0.1, high: 0.3}": (0.1, 0.2, 0.3, "uniform"),
    "{low: 0.1, mode: 0.1, high: 0.3}": (0.1, 0.1, 0.3, "pert"),
    "{low: 0.2, high: 0.2}": (0.2, 0.2, 0.2, "fixed"),
    "{low: 0.2, mode: 0.2, high: 0.2}": (0.2, 0.2, 0.2, "fixed"),
    "{values: [0.1, 0.5], weights: [3, 1]}": (0.1, 0.1, 0.5, "discrete"),
    "{value: {low: 0, mode: 0, high: 1}, source: cn_online_2012, confidence: C}": (0, 0, 1, "pert"),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_uncertain_number_in_every_form(form):
    sourced = BASELINE.set(parse_set([f"assumptions.o2o_share={form}"])).assumptions["o2o_share"]
    value = sourced.value
    assert (value.low, pytest.approx(value.mode), value.high, value.shape) == FORMS[form]
    assert value.low <= value.mean <= value.high
    assert (sourced.source, sourced.confidence) == (("cn_online_2012", "C") if "source" in form else ("scenario", "J"))


@pytest.mark.parametrize(
    "form, reported",
    [
        ("{low: 0.5, high: 0.1}", "low 0.5 lies above high 0.1 → exchange them"),
        ("{low: 0.1, mode: 0.6, high: 0.5}", "mode 0.6 lies outside 0.1 … 0.5 → low ≤ mode ≤ high"),
        ("{low: 0.1}", "is written with low → write a number, {low, high}, {low, mode, high} or {values, weights}"),
        ("{mode: 0.1, high: 0.2}", "is written with mode, high → write a number"),
        ("{low: 0.1, hihg: 0.2}", "is written with low, hihg → write a number"),
        ("{low: a, high: 0.2}", "is written with low, high → write a number"),
        ("{low: none, high: 0.2}", "is written with low, high → write a number"),
        ("{}", "is written with "),
        ("[0.1, 0.2]", "is [0.1, 0.2] → write a number"),
        ("much", "is 'much' → write a number"),
        ("none", "is none → write a number"),
        ("true", "is true → write a number"),
        ("1.01", "1.01 lies outside 0 … 1 → write 0.0101 for 1.01 %"),
        ("25", "25 lies outside 0 … 1 → write 0.25 for 25 %"),
        ("{low: 10, mode: 25, high: 50}", "10 lies outside 0 … 1 → write 0.1 for 10 %"),
        ("-0.01", "-0.01 lies outside 0 … 1 → check the unit"),
        ("{values: [0.1, 0.5], weights: [1]}", "needs as many weights as values, none negative"),
        ("{values: [], weights: []}", "needs as many weights as values, none negative"),
        ("{values: [0.1, 0.5], weights: [1, -1]}", "needs as many weights as values, none negative"),
        ("{values: [0.1, 0.5], weights: [0, 0]}", "needs as many weights as values, none negative"),
        ("{values: [0.1, x], weights: [1, 1]}", "needs as many weights as values, none negative"),
        ("{values: 0.1, weights: 1}", "needs as many weights as values, none negative"),
        ("{values: [0.1, 7], weights: [1, 1]}", "7 lies outside 0 … 1 → write 0.07 for 7 %"),
        ("{value: 0.2, sorce: J}", "has the key sorce → value, source, confidence"),
        ("{value: 0.2, source: J, confidence: D}", "has the confidence 'D' → A, B, C or J"),
        ("{value: {low: 1}, source: J}", "is written with low"),
    ],
)
def test_faults_of_an_uncertain_number(form, reported):
    [text] = texts_of(lambda: BASELINE.set(parse_set([f"assumptions.o2o_share={form}"])))
    assert text.startswith(f"assumptions.o2o_share: {reported}"), text


def test_numbers_of_python_are_read_like_those_of_files():
    import numpy as np

    ours = BASELINE.set(
        {
            "assumptions.o2o_share": {"low": D("0.1"), "high": np.float64(0.3)},
            "draws": np.int64(7),
            "law.tax_rebate.high_rate": 0.45,
            "appropriation.2013": 5000000.1,
            "assumptions.exit.year1": np.float32(0.5),
            "policy.end": datetime.date(2016, 1, 31),
        }
    )
    theirs = BASELINE.set(
        parse_set(
            [
                "assumptions.o2o_share={low: 0.1, high: 0.3}",
                "draws=7",
                "law.tax_rebate.high_rate=0.45",
                "appropriation.2013=5000000.1",
                "assumptions.exit.year1=0.5",
                "policy.end=2016-01-31",
            ]
        )
    )
    assert ours.hash() == theirs.hash()
    for value in (10**400, -(10**101), float("nan"), float("inf"), D("NaN"), D("1e200")):
        for path in ("assumptions.o2o_share", "law.data_line.cap", "appropriation.2013", "draws"):
            [text] = texts_of(BASELINE.set, {path: value})
            assert text.startswith(f"{path}: is ")


# ------------------------------------------------------------------------------------------------- ranges


@pytest.mark.parametrize("path", [p for p, c in PLAIN.items() if c.kind in ("int", "year")])
def test_a_whole_number_may_have_its_bounds_and_no_more(path):
    low, high = PLAIN[path].allowed
    fits = {"horizon": (2013, 2073), "population.known_until": (2012, 2100)}.get(path, (low, high))
    for value in fits:
        assert BASELINE.set({path: value}).plain[path] == value
    for value in (low - 1, high + 1, D("2015.5"), "2015", True, [2015]):
        [text] = texts_of(BASELINE.set, {path: value})
        assert text.startswith(f"{path}: is ") and "…" in text
    if PLAIN[path].kind == "year":
        assert BASELINE.set({path: None}).plain[path] is None
    else:
        texts_of(BASELINE.set, {path: None})


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda a: a.path)
def test_an_assumption_may_have_its_bounds_and_no_more(assumption):
    path = f"assumptions.{assumption.path}"
    step = max(abs(assumption.low), abs(assumption.high)) / 1000
    for value in (assumption.low, assumption.high, {"low": assumption.low, "high": assumption.high}):
        PRICED.set({path: value})
    for value in (assumption.low - step, assumption.high + step):
        for form in (
            value,
            {"low": min(value, assumption.low), "high": max(value, assumption.high)},
            {"values": [assumption.low, value], "weights": [1, 1]},
        ):
            [text] = texts_of(PRICED.set, {path: form})
            assert f"lies outside {assumption.low:,.15g} … {assumption.high:,.15g}" in text
    shown = SETTINGS[path]
    assert shown.range == f"{assumption.low:,.15g} … {assumption.high:,.15g}" and shown.unit == assumption.unit


@pytest.mark.parametrize("path", BASELINE.law.numbers)
def test_a_number_of_the_law_may_have_its_bounds_and_no_more(path):
    number = BASELINE.law.numbers[path]
    least = D(1) / number.scale
    for value in (D(0), number.high, least):
        try:
            assert BASELINE.set({f"law.{path}": value}).law.numbers[path].at(2015) == value
        except ScenarioError as refused:  # in its bounds, but beside the other thresholds of its clause
            assert any(path in paths for paths in RISING) and all("the thresholds do not rise" in p.cause for p in refused.problems)
    for value in (-least, number.high + least, least / 2, True, "1"):
        [text] = texts_of(BASELINE.set, {f"law.{path}": value})
        assert text.startswith(f"law.{path}: ")


def test_every_reading_can_be_chosen_and_no_other():
    for name, switch in SWITCHES.items():
        for reading in switch.names:
            assert BASELINE.set({f"interpretation.{name}": reading}).interpretation[name] == reading
        [text] = texts_of(BASELINE.set, {f"interpretation.{name}": switch.names[-1] + "x"})
        assert text.endswith(f"did you mean {switch.names[-1]}?")


# ------------------------------------------------------------------------------------------- --set PATH=VALUE


def test_set_options_become_values():
    assert parse_set(
        [
            "seed=5",
            " draws = 10 ",
            "policy.end=none",
            "policy.start=2014-02-28",
            "law.tax_rebate.high_rate@2015=0.4",
            "law.tax_rebate.low_rate={2013: 0.3, 2015: 0.2}",
            "assumptions.o2o_share={low: 0.1, mode: 0.2, high: 0.3}",
            "interpretation.rent_clock=settling",
            "population.source=名册 2013/甲=乙",
            "appropriation.2014=6000000.50",
        ]
    ) == {
        "seed": 5,
        "draws": 10,
        "policy.end": None,
        "policy.start": datetime.date(2014, 2, 28),
        "law.tax_rebate.high_rate@2015": D("0.4"),
        "law.tax_rebate.low_rate": {2013: D("0.3"), 2015: D("0.2")},
        "assumptions.o2o_share": {"low": D("0.1"), "mode": D("0.2"), "high": D("0.3")},
        "interpretation.rent_clock": "settling",
        "population.source": "名册 2013/甲=乙",
        "appropriation.2014": D("6000000.50"),
    }
    assert parse_set([]) == {}


def test_dated_numbers_by_set():
    scenario = BASELINE.set(
        parse_set(
            ["law.tax_rebate.high_rate@2015=0.4", "law.tax_rebate.high_rate@2014=0.45", "law.tax_rebate.low_rate={2013: 0.3, 2016: 0.2}"]
        )
    )
    high, low = (scenario.law.numbers[f"tax_rebate.{name}_rate"] for name in ("high", "low"))
    assert [high.at(y) for y in (2012, 2013, 2014, 2015)] == [D("0.5"), D("0.50"), D("0.45"), D("0.4")]
    assert [low.at(y) for y in (2012, 2015, 2016)] == [D("0.3"), D("0.3"), D("0.2")]
    assert scenario.to_dict()["law.tax_rebate.low_rate"] == "{2013: 0.3, 2016: 0.2}"


@pytest.mark.parametrize(
    "option, reported",
    [
        ("seed", "--set seed: is not path=value → e.g. law.tax_rebate.high_rate=0.4"),
        ("=5", "--set =5: is not path=value → e.g. law.tax_rebate.high_rate=0.4"),
        ("", "--set : is not path=value → e.g. law.tax_rebate.high_rate=0.4"),
        ("seed=010", "--set seed: '010' is not a number the program reads; write digits, a point and nothing else"),
        ("o=[1", "--set o: has a brace or bracket that is not closed"),
        ("o={a: 1, a: 2}", "--set o: stands twice, also on line 1 → keep one"),
        ("seed=!!python/object:x 5", "--set seed: has the tag tag:yaml.org,2002:python/object:x → remove it"),
        ("seed=&a 5", "--set seed: anchors and aliases are not read → write it out"),
        ("seed=5\ndraws: 7", "--set seed: holds another line, draws → give each its own --set"),
        ("seed=" + "[" * 30, "--set seed: is nested deeper than 20 levels → flatten it"),
        ("seed=\udcff", "--set seed: "),
    ],
)
def test_a_set_option_that_cannot_be_read(option, reported):
    texts = texts_of(parse_set, [option])
    assert texts[0].startswith(reported), texts


def test_all_set_options_that_cannot_be_read_come_at_once():
    assert [t.partition(": ")[0] for t in texts_of(parse_set, ["seed", "draws=1_0", "seed=5", "x=[", "=2"])] == [
        "--set seed",
        "--set draws",
        "--set x",
        "--set =2",
    ]


# -------------------------------------------------------------------------------------- frozen, sourced, whole


def test_a_scenario_cannot_be_changed_in_place():
    scenario = load_scenario("baseline")
    before = scenario.hash()
    for change in (
        lambda: setattr(scenario, "name", "x"),
        lambda: scenario.plain.__setitem__("draws", 5),
        lambda: scenario.interpretation.update(rent_clock="settling"),
        lambda: scenario.appropriation.clear(),
        lambda: scenario.assumptions.pop("o2o_share"),
        lambda: scenario.law.numbers.clear(),
        lambda: setattr(scenario.assumptions["o2o_share"], "source", "x"),
        lambda: setattr(scenario.assumptions["o2o_share"].value, "low", 0.0),
        lambda: scenario.correlations.__setitem__(("a", "b"), 0.5),
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()
    copy = scenario.set({"draws": 5, "law.data_line.cap": 1})
    copy.parameters()["o2o_share"] = None
    assert copy.draws == 5 and scenario.hash() == before
    assert load_scenario(scenario) is scenario


def test_a_failed_change_changes_nothing():
    before = BASELINE.hash()
    texts_of(BASELINE.set, {"draws": 5, "law.data_line.cap": 1, "sede": 1})
    assert BASELINE.hash() == before


def test_a_policy_that_is_not_in_force_pays_nothing():
    import simulator

    never = BASELINE.set({"policy.in_force": False})
    assert changed(never) == {"policy.in_force": "false"}
    sample = folder("data") / "sample"
    assert simulator.assess(sample, never).table().empty and not simulator.assess(sample, BASELINE).table().empty


def test_as_the_law_says_is_a_view_of_the_assumptions():
    lawful = BASELINE.set({"behaviour": "as_the_law_says"})
    assert lawful.lawful and not BASELINE.lawful
    assert changed(lawful) == {"behaviour": "as_the_law_says"}
    said = lawful.parameters()
    assert {p for p in BY_PATH if said[p] != BASELINE.parameters()[p]} >= {
        "take_up.tax_rebate",
        "startups.a_year",
        "exit.year1",
        "breach.rate",
    }
    assert said["startups.a_year"].mean == 0 and said["take_up.tax_rebate"].mean == 1


@pytest.mark.parametrize("name", shipped())
def test_every_assumption_has_a_source_that_exists(name):
    for path, sourced in load_scenario(name).assumptions.items():
        keys = sourced.source.split()
        assert keys and sourced.confidence in CONFIDENCE, path
        assert [k for k in keys if k != "J" and k not in STATISTICS] == [], path
        if sourced.confidence != "J":
            assert any(k in STATISTICS for k in keys), f"{path}: confidence {sourced.confidence} needs a published figure"


@pytest.mark.parametrize("name", shipped())
def test_a_judgement_is_not_passed_off_as_a_reading(name):
    """An assumption is not better known than the best of the figures it is taken from."""
    rank = {"A": 0, "B": 1, "C": 2, "J": 3}
    for path, sourced in load_scenario(name).assumptions.items():
        cited = [STATISTICS[k]["confidence"] for k in sourced.source.split() if k in STATISTICS]
        if cited:
            assert rank[sourced.confidence] >= min(rank[c] for c in cited), path


VANTAGE = datetime.date(2013, 6, 30)  # what a planner before the policy could have read


def test_every_source_says_from_when_on_it_could_be_read():
    assert all(isinstance(entry["published"], datetime.date) for entry in STATISTICS.values())


@pytest.mark.parametrize("name", shipped())
def test_ex_ante_means_before(name):
    scenario = load_scenario(name)
    later = {
        path: key
        for path, sourced in scenario.assumptions.items()
        for key in sourced.source.split()
        if key in STATISTICS and STATISTICS[key]["published"] > VANTAGE
    }
    assert (scenario.plain["market"] == "hindsight") == bool(later), later


@pytest.mark.parametrize("name", shipped())
def test_an_a_is_of_this_place_and_time(name):
    """Not of US firms of 1987, nor of a city of 2015: read of the law, or of Chongqing or China at the time."""
    for path, sourced in load_scenario(name).assumptions.items():
        if sourced.confidence == "A":
            assert set(sourced.source.split()) <= {
                "bt_services",
                "cit_standard",
                "social_discount_rate",
                "cn_above_threshold_definition",
            }, path


def test_a_correlation_is_set_by_its_pair_in_either_order():
    one = BASELINE.set({"correlations.market.growth~o2o_share": 0.5})
    other = BASELINE.set({"correlations.assumptions.o2o_share ~ assumptions.market.growth": D("0.5")})
    assert one.hash() == other.hash() != BASELINE.hash()
    assert one.set({"correlations.o2o_share~market.growth": None}).hash() == BASELINE.hash()
    for value in (1, -1, 1.5, True, "high", [0.5]):
        [text] = texts_of(BASELINE.set, {"correlations.market.growth~o2o_share": value})
        assert text.endswith("a rank correlation above −1 and below 1, or none")
    contradiction = {
        "correlations.market.growth~o2o_share": 0.9,
        "correlations.o2o_share~service_share": 0.9,
        "correlations.market.growth~service_share": -0.9,
    }
    assert "contradicts the other correlations" in texts_of(BASELINE.set, contradiction)[0]


def test_a_measure_is_used_with_its_cost_or_not_at_all(tmp_path):
    assert refusals(tmp_path, "assumptions: {levers.finance.effect: 2}") == [
        (
            "mine.yaml line 3, assumptions.levers.finance.effect: 三（六） is used without a cost → "
            "set assumptions.levers.finance.cost, CNY a year"
        )
    ]
    assert changed(overlay(tmp_path, "assumptions: {levers: {finance: {effect: 2, cost: 1000000}}}")) == {
        "assumptions.levers.finance.effect": "2",
        "assumptions.levers.finance.cost": "1000000",
    }


def test_errors_are_of_the_room_they_belong_to(tmp_path):
    with pytest.raises(ScenarioError):
        BASELINE.set({"law.data_line.cap": -1})
    with pytest.raises(LawError):
        BASELINE.law.set({"data_line.cap": -1})
    with pytest.raises(ScenarioError):
        load_scenario("nothing")


def test_a_notebook_shows_what_was_changed():
    html = BASELINE.set({"law.data_line.cap": 150_000})._repr_html_()
    assert "law.data_line.cap" in html and "150000" in html and "law.data_line.rate" not in html
    assert "<table>" not in BASELINE._repr_html_()


@pytest.mark.parametrize(
    "written, path, value",
    [
        ("law.office_rent.max_area=三百", "law.office_rent.max_area", "300"),
        ("law.office_rent.max_area=３００平方米", "law.office_rent.max_area", "300"),
        ("law.office_rent.months=三十六个月", "law.office_rent.months", "36"),
        ("law.targets.leading=三家", "law.targets.leading", "3"),
        ("law.tax_rebate.high_rate=零点四", "law.tax_rebate.high_rate", "0.4"),
        ("assumptions.o2o_share=三成", "assumptions.o2o_share", "0.3"),
        ("assumptions.startups.a_year={low: 十, mode: 二十, high: 三十}", "assumptions.startups.a_year", "{low: 10, mode: 20, high: 30}"),
        ("draws=五百次", "draws", "500"),
        ("horizon=二〇一八年", "horizon", "2018"),
        ("rebate_suspended_from=2015年", "rebate_suspended_from", "2015"),
        ("policy.end=无", "policy.end", "none"),
        ("rationing.enterprise_cap=无", "rationing.enterprise_cap", "none"),
        ("law.data_line.offered=否", "law.data_line.offered", "false"),
        ("policy.in_force=是", "policy.in_force", "true"),
    ],
)
def test_what_is_written_in_chinese_is_read_whatever_its_unit(written, path, value):
    assert str(load_scenario("baseline").set(parse_set([written])).to_dict()[path]) == value


@pytest.mark.parametrize(
    "written",
    ["draws=无", "draws=是", "law.office_rent.max_area=三五百", "law.office_rent.max_area=三百元", "draws=一点五", "horizon=一八年"],
)
def test_numbers_that_may_be_two_or_have_another_unit_are_refused(written):
    with pytest.raises(ScenarioError):
        load_scenario("baseline").set(parse_set([written]))
