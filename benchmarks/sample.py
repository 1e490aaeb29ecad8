"""A sample of measurements in the figures that papers give, and in those that outliers do not move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neatcore.errors import require

NORMAL = 1.96  # standard errors on either side of a mean that hold 95 %


@dataclass(frozen=True)
class Sample:
    """n measurements: mean, standard deviation (of a sample: n - 1), median and quartiles."""

    n: int
    mean: float
    sd: float
    q25: float
    median: float
    q75: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        """The figures of `values`; InputError where there are none."""
        require(len(values) > 0, "a sample of no measurements has no mean")
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return cls(len(values), float(np.mean(values)), sd, *np.percentile(values, (25, 50, 75)).tolist())

    @property
    def margin(self) -> float:
        """Half the width of the 95 % confidence interval of the mean, by the normal approximation."""
        return float(NORMAL * self.sd / self.n**0.5)


def grouped(value: float, digits: int = 0) -> str:
    """A number with its thousands set apart: 4,755."""
    return f"{value:,.{digits}f}"


def significant(value: float) -> str:
    """A number to three figures: 0.0123, 4.57, 812, 45,700."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    return grouped(rounded, max(0, 2 - int(np.floor(np.log10(abs(rounded))))))
