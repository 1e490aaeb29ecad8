"""Curves learnt: the artists are what was given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection

from neatcore.errors import InputError
from neatcore.interfaces import Curve
from viz.curves import curve_figure, curves_figure, draw_curve
from viz.style import plot_figure

X = np.linspace(-2, 2, 5)
ONE = Curve(X, X**3, np.array([[-1.0, -1.5], [1.0, 0.5]]), X[None] ** 2)
MANY = replace(ONE, answers=np.stack([X - 1, X + 1]))


def test_a_curve_has_its_points_what_is_true_and_the_mean_between_its_deviations() -> None:
    _, ax = plot_figure("light", 500, 300)
    draw_curve(MANY, ax)
    truth, mean = ax.lines
    assert np.array_equal(np.asarray(truth.get_ydata()), X**3)
    assert np.array_equal(np.asarray(mean.get_ydata()), X)
    (dots,) = (found for found in ax.collections if isinstance(found, PathCollection))
    assert np.array_equal(np.asarray(dots.get_offsets()), MANY.points)
    wide, narrow = (found.get_paths()[0].get_extents() for found in ax.collections if isinstance(found, PolyCollection))
    assert (wide.y0, wide.y1) == (-2 - 3, 2 + 3)
    assert (narrow.y0, narrow.y1) == (-2 - 1, 2 + 1)
    assert ax.get_xlim() == (-2, 2)


def test_one_network_has_no_deviation() -> None:
    (ax,) = curve_figure(ONE, theme="dark").axes
    assert not [found for found in ax.collections if isinstance(found, PolyCollection)]
    words = [text.get_text() for text in ax.texts]
    assert "learnt" in words
    assert not any("deviations" in text for text in words)


def test_panels_have_their_names_and_one_scale() -> None:
    axes = curves_figure({"few": ONE, "many": MANY}).axes
    names = [[text.get_text() for text in ax.texts] for ax in axes]
    assert "few" in names[0]
    assert "many" in names[1]
    assert "± 3 deviations" in names[0]
    assert axes[0].get_ylim() == axes[1].get_ylim()


def test_what_does_not_fit_together_is_told() -> None:
    with pytest.raises(InputError, match="a curve of 5 places with answers"):
        curve_figure(replace(ONE, answers=X[None, :3]))
    with pytest.raises(InputError, match="no curves"):
        curves_figure({})
