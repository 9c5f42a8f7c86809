"""Small policies written in a test, and both forms of their code called with the same facts."""

from __future__ import annotations

import ctypes

import numpy as np

from simulator import facts, yamlfile
from simulator.errors import LawError
from simulator.law.machine import Machine
from simulator.law.plain import Plain
from simulator.law.policy import HISTORY_FIELDS, KINDS
from simulator.law.policyfile import examine
from simulator.projection.columns import SEEN

assert KINDS
HEAD = """\
name: tried
zh: 试写
en: tried
term: {start: 2015-01-01, end: 2017-12-31}
facts:
  parcels: {table: annual, unit: 件, zh: 快递件数}
  exports: {table: annual, unit: 美元, zh: 出口额}
  award_level: {table: enterprises, kind: choice, choices: {none: 无, silver: 银牌, gold: 金牌}, zh: 获奖等级}
  opened_on: {table: enterprises, unit: 日期, zh: 开业日期}
readings:
  scope: {zh: 范围, default: narrow, narrow: {zh: 窄, en: narrow}, wide: {zh: 宽, en: wide}}
numbers:
  rate: {value: 30 %, article: 一, zh: 比例}
  step: {value: 100万元, article: 一, zh: 一档}
  cap: {value: 20万元, article: 一, zh: 上限}
  least: {value: 1000件, article: 一, zh: 件数}
  each: {value: 0.55元/件, article: 一, zh: 每件}
  months: {value: 24个月, article: 一, zh: 月}
  exchange: {value: 6.5元/美元, article: 一, zh: 汇率}
  years: {value: 3年, article: 一, zh: 年数}
"""


def document(text, source="tried.yaml"):
    return yamlfile.loads(text, source, LawError, gather=True, quantities=True)


def quoted(formula):
    return "'" + formula.replace("'", "''") + "'"


def policy_text(amount="0元", where="true"):
    return (
        f"{HEAD}clauses:\n  one:\n    article: 一\n    zh: 甲\n    kind: recurrent\n    term: none\n"
        f"    where: {{ok: {{if: {quoted(where)}, zh: 条件}}}}\n    amount: {quoted(amount)}\n"
    )


def law_of_formulas(amount="cap", where="true"):
    """The law and the problems of a policy with one clause."""
    return examine(document(policy_text(amount, where)))


def faults(amount="cap", where="true"):
    return [p for p in law_of_formulas(amount, where)[1] if p.severity == "error"]


class Facts:
    """Zeros of everything a policy's code reads; fields are set by name."""

    def __init__(self, law, year=2016, rows=8):
        self.law, self.policy, self.year, self.count = law, law.policy, year, rows
        self.at = rows - 1
        self.enterprise = np.zeros(len(facts.ENTERPRISE_FIELDS), np.int64)
        self.own = np.zeros(max(1, self.policy.own_words), np.int64)
        self.rows = np.zeros((rows, len(facts.ANNUAL_FIELDS)), np.int64)
        self.own_rows = np.zeros((rows, max(1, len(self.policy.own_annual))), np.int64)
        terms = law.compile([year])
        self.head = np.array([terms.head[0][n] for n in ("start", "end", "withdrawn")], np.int64)
        self.numbers, self.readings = terms.numbers[0].copy(), np.zeros(max(1, len(self.policy.readings)), np.int64)
        self.history = np.zeros((len(self.policy.clauses), len(HISTORY_FIELDS)), np.int64)

    def set(self, name, value, back=0):
        own_e, own_a = ([f.name for f in group] for group in (self.policy.own_enterprise, self.policy.own_annual))
        if name in facts.ENTERPRISE_FIELDS:
            self.enterprise[facts.ENTERPRISE_FIELDS.index(name)] = value
        elif name in own_e:
            self.own[own_e.index(name)] = value
        elif name in own_a:
            self.own_rows[self.at - back, own_a.index(name)] = value
        else:
            self.rows[self.at - back, facts.ANNUAL_FIELDS.index(name)] = value
        return self

    def entitle(self, code):
        """What each clause gives: (bits of clauses whose conditions hold, amounts)."""
        amounts = np.zeros(len(self.policy.clauses), np.int64)
        arrays = (self.enterprise, self.own, self.rows, self.own_rows)
        given = [a.ctypes.data for a in arrays] + [self.count, self.at, self.year]
        given += [a.ctypes.data for a in (self.head, self.numbers, self.readings, self.history)] + [
            -1,
            amounts.ctypes.data,
        ]
        call = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * len(given))(code.addresses["entitle"])
        return int(call(*given)), amounts.tolist()


def both(law):
    """The plain and the compiled code of a policy."""
    return Plain(law.policy, SEEN), Machine(law.policy, SEEN)


def comes_to(amount, where="true", **given):
    """What a formula gives for some facts (stored units; last_year__x, ago2__x for earlier years), the same in both forms of code."""
    law, problems = law_of_formulas(amount, where)
    assert law is not None, problems
    given_facts = Facts(law, given.pop("year", 2016))
    for name, value in given.items():
        when, _, fact = name.rpartition("__")
        given_facts.set(fact, value, 1 if when == "last_year" else int(when.removeprefix("ago") or 0))
    answers = [given_facts.entitle(code) for code in both(law)]
    assert answers[0] == answers[1]
    return answers[0][1][0]
