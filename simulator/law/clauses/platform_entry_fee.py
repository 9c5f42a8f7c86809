"""四（七） 平台入网费补贴: a share of one shop's entry fee on a designated local platform, once in a lifetime.

Asked: the year in term, trading, settling and paying tax in the district, and a fee paid; nothing else.
"""

from typing import NamedTuple

from simulator.compiled import rule
from simulator.law.calendar import year_in_term
from simulator.law.case import lacks_nothing, never_paid, remember_nothing, stirs_always
from simulator.law.evidence import Evidence
from simulator.law.terms import Term
from simulator.money import RATE, share_of

NAMES = ("平台入网费补贴", "platform entry fee")
FACTS = ("entry_fee", "trades_locally")
TERMS = (Term("rate", "share"),)


class Conditions(NamedTuple):
    """What 四（七） asks."""

    in_term: bool
    trades_locally: bool
    fee_paid: bool
    not_yet_paid: bool


EVIDENCE = {
    "in_term": Evidence("年度在政策期内", "year in term"),
    "trades_locally": Evidence("网上交易、结算并在区内纳税", "trades, settles and pays tax in the district", ("trades_locally",)),
    "fee_paid": Evidence("当年缴纳入网费", "paid an entry fee this year", ("entry_fee",), ("rate",)),
    "not_yet_paid": Evidence("此前未享受", "not paid before"),
}


@rule
def reachable(enterprise, row, terms, may):
    """An enterprise that pays an entry fee."""
    return row.entry_fee > 0


@rule
def conditions(case, own):
    """Each condition of 四（七） for this enterprise and year."""
    return Conditions(
        year_in_term(case.year, case.terms.policy),
        case.this_year.trades_locally != 0,
        case.this_year.entry_fee > 0,
        never_paid(own),
    )


@rule
def amount(case, own):
    """Rate × the fee of one shop, in fen."""
    return share_of(case.this_year.entry_fee, case.terms.platform_entry_fee.rate, RATE)


stirs, remember, lacking = stirs_always, remember_nothing, lacks_nothing
