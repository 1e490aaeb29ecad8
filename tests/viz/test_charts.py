from __future__ import annotations

import numpy as np
import pytest

from neatcore.errors import InputError
from tasks.maze import Maze
from viz.charts import MARKS, MOST, chart_figure, draw_places, elites_figure, places_figure, way_figure
from viz.novelty import plot_coverage, plot_novelty
from viz.style import LIGHT, extent, plot_figure

CHART = Maze(maze="medium").chart


def test_a_chart_is_true_to_scale_and_shows_what_stands_on_it() -> None:
    drawing, ax = chart_figure(CHART)
    wide, high = extent(ax)
    assert wide / high == pytest.approx((CHART.x[1] - CHART.x[0]) / (CHART.y[1] - CHART.y[0]))
    assert drawing.get_size_inches()[0] <= 725 / 72
    walls = [line.get_xydata().tolist() for line in ax.lines]  # type: ignore[union-attr]
    assert walls == [shape.points[0].tolist() for shape in CHART.shapes if shape.kind == "line"]
    assert sorted(patch.center for patch in ax.patches) == [(30, -22), (270, -100)]  # type: ignore[attr-defined]


def test_places_are_where_they_are_and_late_ones_lie_over_early_ones() -> None:
    _, ax = chart_figure(CHART)
    places = np.array([[10.0, -20], [30, -40], [50, -60]])
    draw_places(places, np.array([2.0, 0, 1]), ax)
    (dots,) = ax.collections
    assert np.asarray(dots.get_offsets()).tolist() == [[30, -40], [50, -60], [10, -20]]
    first, _, last = np.asarray(dots.get_facecolor())[:, :3].tolist()  # type: ignore[arg-type]
    assert first == pytest.approx([int(LIGHT.second[place : place + 2], 16) / 255 for place in (1, 3, 5)], abs=0.01)
    assert last == pytest.approx([int(LIGHT.accent[place : place + 2], 16) / 255 for place in (1, 3, 5)], abs=0.01)


def test_of_many_places_some_are_drawn_the_first_and_the_last_among_them() -> None:
    _, ax = chart_figure(CHART)
    count = 3 * MOST
    draw_places(np.stack([np.arange(count), np.zeros(count)], axis=1), np.arange(count, dtype=float), ax)
    drawn = np.asarray(ax.collections[0].get_offsets())[:, 0]
    assert len(drawn) == MOST
    assert (drawn[0], drawn[-1]) == (0, count - 1)


def test_a_way_has_a_dot_every_so_many_steps_and_a_ring_at_its_end() -> None:
    way = np.stack([np.arange(121.0), np.zeros(121)], axis=1)
    (ax,) = way_figure(CHART, way, "a way").axes
    path, dots, ring = ax.lines[-3:]
    assert np.array_equal(path.get_xydata(), way)
    assert np.array_equal(dots.get_xydata(), way[::MARKS])
    assert ring.get_xydata().tolist() == [[120, 0]]  # type: ignore[union-attr]
    assert any(text.get_text().startswith("a way") for text in ax.texts)


def test_ways_that_are_parted_end_in_a_ring_each() -> None:
    way = np.array([[0.0, 0], [1, 0], [np.nan, np.nan], [5, 0], [6, 0], [7, 0]])
    (ax,) = way_figure(CHART, way, "two ways").axes
    paths, rings = ([line for line in ax.lines if line.get_label() == name] for name in ("way", "end"))
    assert [np.asarray(line.get_xdata()).tolist() for line in paths] == [[0, 1], [5, 6, 7]]
    assert [np.asarray(line.get_xdata()).tolist() for line in rings] == [[1], [7]]


def test_the_key_says_from_when_to_when() -> None:
    ax = places_figure(CHART, np.array([[1.0, -1.0], [2.0, -2.0]]), np.array([3.0, 1200.0]), "ends").axes[0]
    assert [text.get_text() for text in ax.texts] == ["ends, from 3 to 1,200"]


def test_cells_lie_over_the_whole_chart_the_upper_row_first() -> None:
    fitness = np.array([[1.0, np.nan, 3.0], [np.nan, 5.0, 7.25]])
    ax = elites_figure(CHART, fitness, "elites").axes[0]
    (image,) = ax.images
    assert np.array_equal(np.ma.filled(image.get_array(), np.nan), fitness, equal_nan=True)
    assert list(image.get_extent()) == [*CHART.x, *CHART.y]
    assert (image.origin, ax.get_xlim(), ax.get_ylim()) == ("upper", CHART.x, CHART.y)
    assert [text.get_text() for text in ax.texts] == ["elites, from 1 to 7.25"]
    with pytest.raises(InputError, match="where \\(Y, X\\) with one is needed"):
        elites_figure(CHART, np.full((2, 2), np.nan), "elites")


@pytest.mark.parametrize(("places", "times"), [(np.zeros((0, 2)), 0), (np.zeros((3, 3)), 3), (np.zeros((3, 2)), 2)])
def test_places_that_are_none_are_refused(places: np.ndarray, times: int) -> None:
    _, ax = chart_figure(CHART)
    with pytest.raises(InputError):
        draw_places(places, np.zeros(times), ax)


def test_novelty_over_generations() -> None:
    rows = [
        {"generation": n, "novelty_best": 9.0 - n, "novelty_mean": 2.0, "archive_threshold": 3.0, "archive": n} for n in range(4)
    ]
    _, ax = plot_figure("light", 500, 250)
    plot_novelty(rows, ax)
    curves = {line.get_label(): np.asarray(line.get_ydata()).tolist() for line in ax.lines}
    assert curves == {"best": [9, 8, 7, 6], "mean": [2, 2, 2, 2], "to join": [3, 3, 3, 3]}


def test_coverage_over_generations() -> None:
    rows = [{"generation": n, "coverage": 0.1 * n, "elites": 40 * n} for n in range(4)]
    _, ax = plot_figure("light", 500, 250)
    plot_coverage(rows, ax)
    (curve,) = ax.lines
    assert np.asarray(curve.get_ydata()) == pytest.approx([0, 10, 20, 30])
    assert any("120 elites" in text.get_text() for text in ax.texts)
