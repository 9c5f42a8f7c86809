"""Money and scaled numbers: integers inside, 元 / 万元 / 亿元 at the edges.

Inside the program an amount is a whole number of fen (分, 0.01 CNY) in int64, so that sums are exact in any order; rates
and areas are whole multiples of a declared resolution. Rounding is always half up (四舍五入), as the law's amounts are.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from simulator.compiled import inlined

FEN = 100  # fen in one yuan
RATE = 10_000  # a share of 1 is 10 000 basis points: rates and shares of the law have four decimals
LARGEST = 10**15  # fen; 10 trillion CNY, far above any enterprise, far below where int64 sums of millions overflow


def to_scaled(value: Decimal | int | float | str, resolution: int) -> int:
    """`value` in units of 1/resolution, rounded half up (away from zero for negatives).

    >>> to_scaled("0.4167", RATE), to_scaled(37037.025, FEN), to_scaled("-0.005", FEN)
    (4167, 3703703, -1)
    """
    exact = Decimal(str(value)) * resolution
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def is_exact(value: Decimal | int | float | str, resolution: int) -> bool:
    """Whether `value` has no digits finer than 1/resolution.

    >>> is_exact("0.4167", RATE), is_exact("0.41667", RATE)
    (True, False)
    """
    exact = Decimal(str(value)) * resolution
    return exact == exact.to_integral_value()


def plainly(number: Decimal) -> str:
    """A number without zeros behind its last digit.

    >>> plainly(Decimal("100")), plainly(Decimal("2500.50")), plainly(Decimal(0))
    ('100', '2,500.5', '0')
    """
    return f"{number.normalize():,f}"


def yuan(fen: int) -> Decimal:
    """Fen as an exact Decimal of yuan.

    >>> yuan(-12000001)
    Decimal('-120000.01')
    """
    return (Decimal(int(fen)) / FEN).quantize(Decimal("0.01"))


def in_wan(fen: float, digits: int = 1) -> str:
    """Fen as 万元 with thousands commas.

    >>> in_wan(2_200_000_000)
    '2,200.0'
    """
    return f"{fen / FEN / 1e4:,.{digits}f}"


@inlined
def half_up(numerator, denominator):
    """Non-negative numerator / denominator, rounded half up (四舍五入), in whole numbers."""
    return (2 * numerator + denominator) // (2 * denominator)


@inlined
def share_of(amount, share, whole):
    """`amount` × share / whole rounded half up, exact in int64 while whole² and the result fit.

    amount ≥ 0; share in units of 1/whole. Splitting off the whole part first keeps every product small.
    """
    return amount // whole * share + half_up(amount % whole * share, whole)
