"""Compiled: sines and cosines in arithmetic alone."""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel

DEGREE = np.pi / 180.0
Pair = tuple[float, float]


@kernel
def turned(quarters: float, r: float) -> Pair:
    """Sine and cosine of so many quarter turns and r more, |r| ≤ π/4: the minimax polynomials of fdlibm (Sun Microsystems 1993)."""
    z = r * r
    tail = 8.33333333332248946e-03 + z * (-1.98412698298579493e-04 + z * 2.75573137070700677e-06)
    tail += z * z * z * (-2.50507602534068634e-08 + z * 1.58969099521155010e-10)
    sine = r + r * z * (-1.66666666666666324e-01 + z * tail)
    tail = -1.38888888888741096e-03 + z * (2.48015872894767294e-05 + z * -2.75573143513906633e-07)
    tail += z * z * z * (2.08757232129817483e-09 + z * -1.13596475577881948e-11)
    cosine = 1.0 - 0.5 * z + z * z * (4.16666666666666019e-02 + z * tail)
    turn = quarters - 4.0 * np.floor(0.25 * quarters)
    if turn == 0.0:
        return sine, cosine
    if turn == 1.0:
        return cosine, -sine
    if turn == 2.0:
        return -sine, -cosine
    return -cosine, sine


@kernel
def sine_cosine(angle: float) -> Pair:
    """Sine and cosine to 1.2e-16 for |angle| up to 1e4; a maths library's bits depend on the machine.

    Reduced to |r| ≤ π/4 by quarter turns, π/2 in two parts (Cody & Waite 1980).
    """
    quarters = np.rint(angle * 0.6366197723675814)
    return turned(quarters, (angle - quarters * 1.5707963267341256) - quarters * 6.077100506506192e-11)


@kernel
def direction(degrees: float) -> Pair:
    """Cosine and sine in arithmetic alone; exact at every multiple of 90, so that a mirrored maze is mirrored to the bit.

    Reduced by quarter turns, which is exact in degrees.
    """
    quarters = np.rint(degrees / 90.0)
    sine, cosine = turned(quarters, (degrees - 90.0 * quarters) * DEGREE)
    return cosine, sine
