from __future__ import annotations

import numpy as np
import pytest

from viz.agents import Curve, densities_figure, density, lines_figure, map_figure


def test_a_density_is_one_in_all_and_folds_back_at_the_ends() -> None:
    rng = np.random.default_rng(0)
    for values in (rng.uniform(0, 200, 500), np.full(50, 200.0), rng.normal(100, 10, 300).clip(0, 200)):
        x, y = density(values, (0.0, 200.0))
        assert np.trapezoid(y, x) == pytest.approx(1, abs=0.02)
    x, y = density(np.full(50, 200.0), (0.0, 200.0))
    assert x[np.argmax(y)] == 200


def test_a_panel_a_group_with_both_means() -> None:
    rng = np.random.default_rng(0)
    groups = {name: (rng.uniform(0, 50, 40), rng.uniform(20, 200, 30)) for name in ("1–50", "all")}
    drawing = densities_figure(groups, "steps survived")
    assert len(drawing.axes) == 2
    for ax, (theirs, made) in zip(drawing.axes, groups.values(), strict=True):
        means = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]  # type: ignore[arg-type, index]
        assert means == [theirs.mean(), made.mean()]


def test_a_few_far_above_all_others_do_not_press_these_together() -> None:
    values = np.append(np.random.default_rng(0).uniform(0, 100, 500), 5000.0)
    (ax,) = densities_figure({"all": (values, values)}, "steps").axes
    assert 95 < ax.get_xlim()[1] <= 100
    heights = [bar.get_height() for bar in ax.containers[0]]  # type: ignore[attr-defined]
    assert sum(heights) == pytest.approx(100)
    assert ax.get_xlabel() == "steps; all beyond are in the last bar"
    (ax,) = densities_figure({"all": (values[:-1], values[:-1])}, "steps").axes
    assert ax.get_xlim()[1] == values[:-1].max()


def test_lines_show_the_mean_and_the_straight_way() -> None:
    shares = np.linspace(-1, 2, 13)
    fitness = np.stack([10 * shares + 20, 30 * shares + 40], axis=1)
    drawing = lines_figure(shares, [Curve("latent space", fitness)], ("bad", "good"), "steps")
    (ax,) = drawing.axes
    mean, straight = ax.lines
    assert np.allclose(mean.get_ydata(), fitness.mean(axis=1))
    assert np.allclose(straight.get_ydata(), [30, 50])


def test_a_map_has_a_dot_for_every_network() -> None:
    rng = np.random.default_rng(0)
    drawing = map_figure(rng.normal(size=(70, 2)), rng.uniform(0, 200, 70), "steps survived")
    dots = drawing.axes[0].collections[0]
    assert len(dots.get_offsets()) == 70  # type: ignore[arg-type]
