"""主体税区级留成: what the district keeps of an enterprise's main taxes, where the register does not say.

District share × (local VAT share × VAT + local business-tax share × business tax + local income-tax share × income tax),
rounded half up to the fen; one local VAT share for all, dated (RULES "Facts").
"""

import numpy as np

from simulator.compiled import rule
from simulator.facts import BLANK
from simulator.law.terms import Term
from simulator.money import RATE, half_up

TERMS = (
    Term("district_share", "share"),
    Term("local_vat_share", "share"),
    Term("local_business_tax_share", "share"),
    Term("local_income_tax_share", "share"),
)
NAMES = ("主体税区级留成", "district-retained part of the main taxes")
# what national rules and a district's usual part say where a policy file has no `sharing` (RULES "retained_tax")
NATIONAL = {
    "district_share": {"value": "0.50", "zh": "区级占地方分成的比例", "en": "district share of the local part"},
    "local_vat_share": {"value": {1994: "0.25", 2016: "0.4167", 2017: "0.50"}, "zh": "增值税地方分享比例", "en": "local share of VAT"},
    "local_business_tax_share": {"value": "1.00", "zh": "营业税地方分享比例", "en": "local share of business tax"},
    "local_income_tax_share": {"value": "0.40", "zh": "企业所得税地方分享比例", "en": "local share of corporate income tax"},
}
WHOLE = RATE * RATE


@rule
def retained_tax(vat, business_tax, income_tax, sharing):
    """Retained tax in fen, exact: whole parts and remainders are summed apart so that nothing overflows."""
    total, rest = 0, 0
    for tax, local in (
        (vat, sharing.local_vat_share),
        (business_tax, sharing.local_business_tax_share),
        (income_tax, sharing.local_income_tax_share),
    ):
        share = sharing.district_share * local
        total += tax // WHOLE * share
        rest += tax % WHOLE * share
    return total + half_up(rest, WHOLE)


def fill_blanks(annual: np.ndarray, head: np.ndarray) -> None:
    """Work out blank retained tax from the taxes, and blank contribution from retained tax, in place.

    annual: facts.ANNUAL records (enterprises, years); head: HEAD records of the same years.
    """
    blank = annual["retained_tax"] == BLANK
    taxed = annual[blank]
    sharing = np.broadcast_to(head, annual.shape)[blank].view(np.recarray)
    annual["retained_tax"][blank] = retained_tax(taxed["vat"], taxed["business_tax"], taxed["income_tax"], sharing)
    contribution = annual["district_contribution"]
    np.copyto(contribution, annual["retained_tax"], where=contribution == BLANK)
