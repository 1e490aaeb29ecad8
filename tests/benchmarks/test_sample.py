from __future__ import annotations

import pytest

from benchmarks.sample import Sample, grouped, significant
from neatcore.errors import InputError

VALUES = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]


def test_figures_by_hand() -> None:
    sample = Sample.of(VALUES)
    assert (sample.n, sample.mean, sample.q25, sample.median, sample.q75) == (8, 5.0, 4.0, 4.5, 5.5)
    assert sample.sd == pytest.approx((32 / 7) ** 0.5)
    assert sample.margin == pytest.approx(1.96 * (32 / 7 / 8) ** 0.5)


def test_one_measurement_has_no_spread() -> None:
    sample = Sample.of([3.0])
    assert (sample.sd, sample.margin, sample.median) == (0.0, 0.0, 3.0)


def test_no_measurements() -> None:
    with pytest.raises(InputError, match="no measurements"):
        Sample.of([])


@pytest.mark.parametrize(
    ("value", "text"), [(0.01234, "0.0123"), (4.5678, "4.57"), (0.9996, "1.00"), (812.4, "812"), (45_678, "45,700"), (0.0, "0")]
)
def test_three_figures(value: float, text: str) -> None:
    assert significant(value) == text


def test_thousands() -> None:
    assert grouped(4754.6) == "4,755"
    assert grouped(2.345, 1) == "2.3"
