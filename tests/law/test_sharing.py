"""Retained tax is worked out exactly: whole parts and remainders apart, and rounded half up once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from simulator.law.sharing import WHOLE, retained_tax


@pytest.mark.parametrize(
    "taxes, fen",
    [
        ((WHOLE // 2 - 1, 0, 0), 0),
        ((WHOLE // 2, 0, 0), 1),
        ((WHOLE // 4, WHOLE // 4 - 1, 0), 0),
        ((WHOLE // 4, WHOLE // 8, WHOLE // 8), 1),
        ((WHOLE, WHOLE + WHOLE // 2, 0), 3),
    ],
)
def test_half_a_fen_of_the_smallest_shares(taxes, fen):
    """With shares of a hundred-millionth, so that a remainder counts by one."""
    smallest = SimpleNamespace(district_share=1, local_vat_share=1, local_business_tax_share=1, local_income_tax_share=1)
    assert retained_tax(*taxes, smallest) == fen
