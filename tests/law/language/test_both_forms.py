"""Random formulas on random facts: plain Python and machine code give the same, and neither ever fails."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import facts
from tests.law.language.writing import Facts, both, law_of_formulas

MONEY = st.sampled_from(
    [
        "online_sales",
        "sales",
        "last_year.online_sales",
        "in_year(2014).sales",
        "in_year(2011).online_sales",
        "years_ago(2).online_sales",
        "years_ago(4).online_sales",
        "cap",
        "step",
        "paid_in_capital",
        "20万元",
        "paid.total",
        "0",
        "parcels * each",
        "rent * rented_area * months",
        "exports * exchange",
    ]
)
COUNTS = st.sampled_from(["parcels", "least", "last_year.parcels", "years_ago(3).parcels", "paid_members", "3件"])
DAYS = st.sampled_from(["settled_on", "opened_on", "violated_on", "2015-02-28", "end_of_year(year)", "term_start"])


def amounts(inner):
    money, condition = inner
    return st.one_of(
        st.builds("({} + {})".format, money, money),
        st.builds("({} - {})".format, money, money),
        st.builds("rate * {}".format, money),
        st.builds("min({}, {})".format, money, money),
        st.builds("max({}, {})".format, money, money),
        st.builds(
            "steps({}, {}) * {}".format,
            money,
            st.sampled_from(["step", "7元", "cap"]),
            st.sampled_from(["1元", "0.37元"]),
        ),
        st.builds("({} / 7)".format, money),
        st.builds("floor({}, 100元)".format, money),
        st.builds("round({})".format, money),
        st.builds("({} if {} else {})".format, money, condition, money),
        st.builds("({} / 3 * rate)".format, money),
        st.builds("tier({} >= {{100元: {}, step: {}}})".format, money, money, money),
        st.builds("(age({}) / 1年 * {})".format, DAYS, money),
        st.builds("(months_in(year, from=month({}), to=month({}) + months) / 12个月 * {})".format, DAYS, DAYS, money),
        st.builds("-{}".format, money),
    )


def conditions(inner):
    money, condition = inner
    sign = st.sampled_from([">=", ">", "<", "<=", "==", "!="])
    return st.one_of(
        st.builds("({} {} {})".format, money, sign, money),
        st.builds("({} {} {})".format, COUNTS, sign, COUNTS),
        st.builds("({} and {})".format, condition, condition),
        st.builds("({} or {})".format, condition, condition),
        st.builds("not {}".format, condition),
        st.builds("({} {} {})".format, DAYS, sign, DAYS),
        st.builds("({} in term)".format, DAYS),
        st.builds("(year({}) {} year)".format, DAYS, sign),
        st.builds("({} + 1年 <= {})".format, DAYS, DAYS),
        st.builds("(earliest({}, {}) {} latest({}, {}))".format, DAYS, DAYS, sign, DAYS, DAYS),
        st.builds("(known({}))".format, DAYS),
    )


def grown(depth):
    money = MONEY
    condition = st.sampled_from(
        [
            "ecommerce",
            "last_year.present",
            'award_level == "gold"',
            'scope == "wide"',
            "settled_on is none",
            "true",
            "paid.years == 0",
        ]
    )
    for _ in range(depth):
        money, condition = (
            st.one_of(money, amounts((money, condition))),
            st.one_of(condition, conditions((money, condition))),
        )
    return money, condition


AMOUNT, CONDITION = grown(2)
LARGE = st.one_of(st.sampled_from([0, 1, 2, 10**15, 10**15 - 1]), st.integers(0, 10**15), st.integers(0, 10**9))
DAY = st.one_of(
    st.just(0),
    st.builds(
        lambda y, m, d: y * 10_000 + m * 100 + d,
        st.sampled_from([1900, 2000, 2012, 2015, 2016, 2017, 2100, 2199]),
        st.integers(1, 12),
        st.integers(1, 28),
    ),
    st.sampled_from([20120229, 20151231, 20160101, 22001231]),
)
FLAG = st.sampled_from([0, 1])


@st.composite
def situations(draw):
    """Values of every fact, some of them extreme."""
    found = {}
    for name, (kind, _) in facts.KINDS.items():
        values = {
            "day": DAY,
            "flag": FLAG,
            "choice": st.sampled_from([0, 1, 2]),
            "money": LARGE,
            "count": st.integers(0, 10**9),
            "area": st.integers(0, 10**9),
            "rent": st.integers(0, 10**9),
            "share": st.integers(0, 10**6),
        }[kind]
        found[name] = draw(values), draw(values)
    return found | {
        "parcels": (draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))),
        "exports": (draw(LARGE), 0),
        "opened_on": (draw(DAY), 0),
        "award_level": (draw(st.sampled_from([0, 1, 2])), 0),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    AMOUNT, CONDITION, st.lists(situations(), min_size=2, max_size=4), st.sampled_from([2014, 2016, 2018]), FLAG, st.sampled_from([2, 3, 8])
)
def test_the_same_in_both_and_never_a_failure(amount, condition, all_given, year, reading, rows):
    law, problems = law_of_formulas(amount, condition)
    if law is None:  # a formula that is always nothing, never holds, or may grow beyond what is counted
        assert all(p.remedy and p.cause_zh for p in problems)
        return
    forms = both(law)
    for values in all_given:
        situation = Facts(law, year, rows)
        situation.own[len(law.policy.own_enterprise) :] = range(700, 700 + len(law.policy.beyond))  # of years before the first row
        situation.readings[:] = reading
        situation.history[0] = [5000, year - 1, 2, year - 1, 5000, 0]
        for name, (now, before) in values.items():
            situation.set(name, now)
            if name not in facts.ENTERPRISE_FIELDS:
                for back in range(1, situation.count):
                    try:
                        situation.set(name, before, back)
                    except IndexError:
                        break
        plain, machine = (situation.entitle(code) for code in forms)
        assert plain == machine, (amount, condition)
        assert 0 <= plain[1][0] <= 2**62
