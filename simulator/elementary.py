"""Exponential and logarithm as plain arithmetic, which a compiler turns into vector code and which gives the same bits on every machine.

A machine's library gives them one by one, and another library another last bit. Both are within a unit in the last place of
the exact value (the tests measure it): exp reduces to |r| ≤ ½ ln 2 and sums its Taylor series to r¹³; log reduces to
√½ … √2 and uses the polynomial in s = f ÷ (2 + f) of Sun's fdlibm (1993).
"""

import math

import numpy as np

from simulator.compiled import inlined

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # their sum is ln 2, the first with zeros at its end
_PER_LN2 = 1.4426950408889634
_ROOT_HALF = 0x3FE6A09E667F3BCD  # bits of √½
_EXPONENT, _BIAS = 52, 1023  # where a float64's exponent begins, and what it is counted from
LARGEST = 708.0  # exponents beyond are taken for it: e^±708 is the last within the range of normal numbers


@inlined
def exp(x):
    """e to the power of x."""
    x = min(max(x, -LARGEST), LARGEST)
    n = math.floor(x * _PER_LN2 + 0.5)
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    p = 1 / 6227020800.0
    p = p * r + 1 / 479001600.0
    p = p * r + 1 / 39916800.0
    p = p * r + 1 / 3628800.0
    p = p * r + 1 / 362880.0
    p = p * r + 1 / 40320.0
    p = p * r + 1 / 5040.0
    p = p * r + 1 / 720.0
    p = p * r + 1 / 120.0
    p = p * r + 1 / 24.0
    p = p * r + 1 / 6.0
    p = p * r + 0.5
    power = np.int64((np.int64(n) + _BIAS) << _EXPONENT).view(np.float64)
    return (p * r * r + r + 1.0) * power


@inlined
def log(x):
    """Natural logarithm of a positive normal number."""
    bits = np.float64(x).view(np.int64)
    k = (bits - _ROOT_HALF) >> _EXPONENT
    f = np.int64(bits - (k << _EXPONENT)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z, half = s * s, 0.5 * f * f
    series = z * (
        6.666666666666735130e-01
        + z
        * (
            3.999999999940941908e-01
            + z
            * (
                2.857142874366239149e-01
                + z
                * (
                    2.222219843214978396e-01
                    + z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01))
                )
            )
        )
    )
    return k * _LN2_HIGH - ((half - (s * (half + series) + k * _LN2_LOW)) - f)
