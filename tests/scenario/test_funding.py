"""How an appropriation is shared out, as settings: read, refused, shown and hashed like any other."""

from __future__ import annotations

import pytest

import simulator
from simulator.errors import ScenarioError
from simulator.scenario import load_scenario, parse_set
from simulator.scenario.funding import Funding
from tests.of_2013 import CASH_SLUGS

BASELINE = load_scenario("baseline")


def test_every_setting_reaches_the_scenario():
    scenario = BASELINE.set(
        parse_set(
            [
                "rationing.mode=priority",
                "rationing.unpaid=lapses",
                "rationing.priority=[tax_rebate, office_rent]",
                "rationing.enterprise_cap=1000000.5",
                "rationing.clause_cap.data_line=20000",
                "rationing.pool.sites=[office_rent, data_line]",
                "appropriation.sites.2014=300000",
                "appropriation.tax_rebate.2014=0",
            ]
        )
    )
    assert scenario.funding == Funding(
        "priority",
        "lapses",
        ("tax_rebate", "office_rent"),
        100_000_050,
        {"data_line": 2_000_000},
        {"sites": ("office_rent", "data_line")},
        {("sites", 2014): 30_000_000, ("tax_rebate", 2014): 0},
        CASH_SLUGS,
    )
    assert scenario.funding.order[:3] == ("tax_rebate", "office_rent", "headquarters_award")
    assert sorted(scenario.funding.order) == sorted(CASH_SLUGS)
    assert scenario.appropriation == BASELINE.appropriation and scenario.hash() != BASELINE.hash()
    again = BASELINE.set(
        parse_set([f"{path}={value}" for path, value in scenario.to_dict().items() if path.startswith(("rationing.", "appropriation."))])
    )
    assert again.hash() == scenario.hash()
    none = {path: None for path in scenario.to_dict() if path.startswith(("rationing.", "appropriation."))}
    bare = scenario.set({**none, "rationing.unpaid": "carried"})
    assert bare.funding == Funding(clauses=CASH_SLUGS) and not bare.appropriation


@pytest.mark.parametrize(
    "text, yuan",
    [
        ("5000000", 5_000_000),
        ("500万", 5_000_000),
        ("500万元", 5_000_000),
        ("0.05亿", 5_000_000),
        ("5,000,000", 5_000_000),
        ("500元", 500),
        ("５００万元", 5_000_000),
        ("五百万", 5_000_000),
        ("伍佰万元整", 5_000_000),
        ("人民币两千万元", 20_000_000),
        ("一千零五十万元", 10_500_000),
        ("一点五亿", 150_000_000),
        ("0.3千万", 3_000_000),
        ("1亿2000万", 120_000_000),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_it_is_shown(text, yuan):
    scenario = BASELINE.set(parse_set([f"appropriation.2014={text}"]))
    assert scenario.appropriation[2014] == yuan * 100
    again = BASELINE.set(parse_set([f"appropriation.2014={scenario.to_dict()['appropriation.2014']}"]))
    assert again.hash() == scenario.hash()


@pytest.mark.parametrize(
    "text", ["三万五", "一百五", "几百万", "十几万", "三五百万", "五百万三", "五〇〇万", "半亿", "百万元", "五百万美元", "一亿亿", "万"]
)
def test_an_amount_that_could_be_another_is_refused(text):
    with pytest.raises(ScenarioError, match=text):
        BASELINE.set(parse_set([f"appropriation.2014={text}"]))


@pytest.mark.parametrize(
    "text, same", [("百分之四十", "0.4"), ("四成", "0.4"), ("四十％", "0.4"), ("千分之四百", "0.4"), ("百分之四十二点五", "0.425")]
)
def test_a_share_in_words(text, same):
    found, plain = (BASELINE.set(parse_set([f"law.tax_rebate.high_rate={value}"])) for value in (text, same))
    assert found.hash() == plain.hash() != BASELINE.hash()


@pytest.mark.parametrize("text", ["先到先得", "按申请先后", "first_come"])
def test_a_way_to_share_out_is_named_in_either_language(text):
    assert BASELINE.set({"rationing.mode": text}).funding.mode == "first_come"


def test_clauses_are_named_by_slug_article_or_name():
    blocks = [b for b in BASELINE.law.blocks.values() if b.slug in CASH_SLUGS]
    for block in blocks:
        for name in (block.slug, block.article, block.zh, block.article.replace("（", "(").replace("）", ")")):
            assert BASELINE.set({"rationing.priority": [name]}).funding.priority == (block.slug,)


def test_the_money_of_years_without_cash_is_in_no_sum():
    short = BASELINE.set({"horizon": 2015})
    assert set(short.appropriation) > set(short.funds) == set(range(2013, 2017))


@pytest.mark.parametrize(
    "changes, places",
    [
        ({"appropriation.2030": 5_000_000}, ["appropriation.2030"]),
        ({"rationing.priority": "tax_rebate"}, ["rationing.priority"]),
        ({"rationing.priority": "tax_rebate", "rationing.mode": "lottery"}, ["rationing.priority"]),
        ({"rationing.pool.sites": "office_rent", "appropriation.sites.2014": 50_000}, ["appropriation.sites.2014", "rationing.pool.sites"]),
        (
            {"rationing.unpaid": "lapses", "rationing.clause_cap.tax_rebate": 50_000},
            ["rationing.unpaid", "rationing.clause_cap.tax_rebate"],
        ),
    ],
)
def test_what_would_change_nothing_is_refused_at_the_door(changes, places):
    with pytest.raises(ScenarioError) as refused:
        simulator.load_scenario("baseline", changes)
    assert [p.place for p in refused.value.problems] == places


def test_a_file_says_the_same(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "base: baseline\nname: mine\nrationing:\n  mode: 抽签\n  pool:\n    sites: [office_rent, data_line]\n"
        "  clause_cap: {四（四）: 5元}\nappropriation:\n  2014: 7元\n  sites: {2014: 3元}\n",
        encoding="utf-8",
    )
    scenario = load_scenario(tmp_path / "mine.yaml")
    assert scenario.funding == Funding(
        "lottery",
        clause_caps={"tax_rebate": 500},
        pools={"sites": ("office_rent", "data_line")},
        earmarked={("sites", 2014): 300},
        clauses=CASH_SLUGS,
    )
    assert scenario.appropriation[2014] == 700


@pytest.mark.parametrize(
    "changes, reported",
    [
        ({"rationing.mode": "firstcome"}, "rationing.mode: is 'firstcome' → did you mean first_come?"),
        ({"rationing.mode": ["lottery"]}, "rationing.mode: is [lottery]"),
        ({"rationing.unpaid": "kept"}, "rationing.unpaid: is 'kept' → carried or lapses"),
        ({"rationing.priority": "tax_rebat"}, "rationing.priority: 'tax_rebat' is no clause of cash → did you mean tax_rebate?"),
        ({"rationing.priority": ["data_line", "data_line"]}, "rationing.priority: names data_line twice"),
        ({"rationing.priority": 5}, "rationing.priority: is 5 → a list of clauses"),
        ({"rationing.enterprise_cap": -1}, "rationing.enterprise_cap: is -1 → write CNY ≥ 0"),
        ({"rationing.clause_cap.school_places": 50_000}, "rationing.clause_cap.school_places: 'school_places' is no clause of cash"),
        ({"rationing.clause_cap.tax_rebate": 0.001}, "rationing.clause_cap.tax_rebate: is 0.001 → write CNY ≥ 0"),
        ({"rationing.pool.tax_rebate": ["data_line"]}, "rationing.pool.tax_rebate: is no setting"),
        ({"rationing.mod": "none"}, "rationing.mod: is no setting → did you mean rationing.mode?"),
        ({"appropriation.sites.2014": 50_000}, "appropriation.sites.2014: there is no pool or clause 'sites'"),
        ({"appropriation.sites": 5}, "appropriation.sites: 'sites' is no year → appropriation.2014=6000000"),
        ({"appropriation.tax_rebate.2014": -5}, "appropriation.tax_rebate.2014: is -5 → write CNY ≥ 0"),
        (
            {"rationing.pool.one": ["data_line"], "rationing.pool.two": ["data_line"]},
            "rationing.pool.two: data_line is also in one → leave it in one",
        ),
        (
            {"rationing.pool.one": ["data_line"], "appropriation.data_line.2014": 50_000},
            "rationing.pool.one: data_line is also in data_line → leave it in one",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(changes, reported):
    with pytest.raises(ScenarioError) as refused:
        BASELINE.set(changes)
    [problem] = refused.value.problems
    assert str(problem).startswith(reported), str(problem)


@pytest.mark.parametrize("value, said", [(500, True), ("500元", False), ("500万元", False), (300_000, False), (0, False)])
def test_an_amount_of_the_law_without_its_unit_is_said(caplog, value, said):
    caplog.set_level("INFO", "simulator")
    BASELINE.set({"law.headquarters_award.national_award": value})
    assert [record.message for record in caplog.records if "if 万元 is meant, write 500万元" in record.message] != [] or not said
    assert bool(caplog.records) == said
