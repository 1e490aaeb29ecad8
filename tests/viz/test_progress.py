"""Curves of runs and the stream of species, read back from the artists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from neatcore.errors import InputError
from tests.viz.data import long_run, metrics
from viz import progress
from viz.species import BANDS, COLUMNS, plot_species, stream_of
from viz.style import LIGHT, plot_figure

PLOTS = [progress.plot_fitness, progress.plot_complexity, progress.plot_step_size, progress.plot_lesson, plot_species]
SIZES = [{0: 10}, {0: 6, 1: 4}, {0: 3, 1: 5, 2: 2}, {1: 7, 2: 3}]


def axes() -> Axes:
    return plot_figure("light", 400, 240)[1]


def run(sizes: list[dict[int, int]] = SIZES) -> list[dict[str, Any]]:
    return [
        record | {"sigma": 0.5 / (1 + place), "lesson": {"steps": 40, "first": 0.9 / (1 + place), "last": 0.4 / (1 + place)}}
        for place, record in enumerate(metrics(sizes))
    ]


def line(ax: Axes, label: str) -> Line2D:
    return next(found for found in ax.lines if found.get_label() == label)


def area(ax: Axes, label: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The corners of a filled area."""
    band = next(found for found in ax.collections if found.get_label() == label)
    assert isinstance(band, PolyCollection)
    return np.asarray(band.get_paths()[0].vertices)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_plot_returns_the_axes_it_was_given(plot: Any, theme: str) -> None:
    ax = axes()
    assert plot(run(), ax, theme=theme) is ax
    assert ax.get_xlabel() == "generation"


@pytest.mark.parametrize("plot", PLOTS)
def test_empty_metrics_are_an_error(plot: Any) -> None:
    with pytest.raises(InputError, match="list of generations is empty"):
        plot([], axes())


@pytest.mark.parametrize("plot", PLOTS)
def test_a_single_generation_can_be_seen(plot: Any) -> None:
    ax = plot(run()[:1], axes())
    low, high = ax.get_xlim()
    assert low < 0 < high
    assert all(drawn.get_marker() == "o" for drawn in ax.lines)
    assert ax.lines or ax.collections


def test_a_missing_value_is_named_with_its_generation() -> None:
    records = run()
    del records[2]["median"]
    with pytest.raises(InputError, match="generation 2 of the metrics has no 'median'; it has 'generation', 'evaluations'"):
        progress.plot_fitness(records, axes())


def test_fitness_shows_best_median_band_and_solution() -> None:
    ax = progress.plot_fitness(run(), axes())
    assert line(ax, "best").get_ydata() == pytest.approx([10, 11, 12, 13])
    assert line(ax, "median").get_ydata() == pytest.approx([5, 6, 7, 8])
    assert set(area(ax, "middle half")[:, 1]) == {4.0, 5.0, 6.0, 7.0, 8.0, 9.0}
    ring = next(found for found in ax.collections if found.get_label() == "solved")
    assert np.asarray(ring.get_offsets()).tolist() == [[3, 13]]
    assert {text.get_text() for text in ax.texts} == {"fitness", "best", "median"}


def test_fitness_that_spans_decades_is_drawn_on_a_logarithmic_scale() -> None:
    low = [record | {"best": 90.0, "median": 20.0, "q25": 10.0, "q75": 30.0} for record in run()]
    high = [*low[:-1], low[-1] | {"best": 100_000.0}]
    assert progress.plot_fitness(low, axes()).get_yscale() == "linear"
    ax = progress.plot_fitness(high, axes())
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[0] < 10
    assert ax.get_ylim()[1] > 100_000


def test_constant_fitness_gets_air() -> None:
    flat = [record | dict.fromkeys(("best", "median", "q25", "q75"), 0.0) for record in run()]
    low, high = progress.plot_fitness(flat, axes()).get_ylim()
    assert low < 0 < high


def test_complexity_shows_champion_and_mean() -> None:
    ax = progress.plot_complexity(run(), axes())
    assert line(ax, "hidden, champion").get_ydata() == pytest.approx([0, 1, 2, 3])
    assert line(ax, "links, mean").get_ydata() == pytest.approx([3, 4, 5, 6])
    assert ax.get_ylim()[0] == 0


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    ax = progress.plot_fitness(metrics([{0: 10}] * 5000), axes())
    x = line(ax, "best").get_xdata()
    assert len(x) <= progress.COLUMNS
    assert (x[0], x[-1]) == (0, 4999)


def test_step_size_is_logarithmic() -> None:
    ax = progress.plot_step_size(run(), axes())
    assert ax.get_yscale() == "log"
    assert line(ax, "σ").get_ydata() == pytest.approx([0.5, 0.25, 0.5 / 3, 0.125])


def test_lessons_show_the_loss_at_birth_and_what_was_learnt() -> None:
    ax = progress.plot_lesson(run(), axes())
    assert line(ax, "at birth").get_ydata() == pytest.approx([0.9, 0.45, 0.3, 0.225])
    assert line(ax, "learnt").get_ydata() == pytest.approx([0.4, 0.2, 0.4 / 3, 0.1])
    assert area(ax, "learnt")[:, 1].max() == pytest.approx(0.9)
    assert ax.get_yscale() == "log"
    assert progress.plot_lesson(run()[2:], axes()).get_yscale() == "linear"


@pytest.mark.parametrize("last", [0.45, 0.04, 1e-9])
def test_step_sizes_over_any_range_have_readable_ticks(last: float) -> None:
    ax = progress.plot_step_size([{"generation": 0, "sigma": 0.5}, {"generation": 1, "sigma": last}], axes())
    low, high = ax.get_ylim()
    labels = [text.get_text() for text in ax.get_yticklabels() if low <= text.get_position()[1] <= high]
    assert 2 <= len(labels) <= 12
    assert all(float(label.replace("−", "-")) > 0 for label in labels)


def test_a_stream_holds_every_size() -> None:
    stream = stream_of(run())
    assert stream.ids == (0, 1, 2)
    assert stream.sizes.tolist() == [[10, 6, 3, 0], [0, 4, 5, 7], [0, 0, 2, 3]]


def test_streams_sum_to_the_population_over_a_long_run() -> None:
    stream = stream_of(long_run(np.random.default_rng(1)))
    assert stream.sizes.shape == (BANDS + 1, COLUMNS)
    assert stream.ids[-1] == -1
    assert list(stream.ids[:-1]) == sorted(stream.ids[:-1])
    np.testing.assert_allclose(stream.sizes.sum(0), 100)
    assert (stream.generations[0], stream.generations[-1]) == (0, 999)


def test_the_largest_species_are_those_drawn() -> None:
    stream = stream_of(metrics([{0: 50, 1: 1, 2: 30, 3: 2, 4: 17}]), bands=3)
    assert stream.ids == (0, 2, 4, -1)
    assert stream.sizes[:, 0].tolist() == [50, 30, 17, 3]


def test_the_band_of_small_species_says_how_many_they_are() -> None:
    records = long_run(np.random.default_rng(1))
    count = len({entry["id"] for record in records for entry in record["species"]})
    words = {text.get_text() for text in plot_species(records, axes()).texts}
    assert f"{count - BANDS:,} smaller species" in words
    assert not any("smaller" in text.get_text() for text in plot_species(run(), axes()).texts)


def test_bands_lie_on_each_other_and_end_with_their_species() -> None:
    ax = plot_species(run(), axes())
    first, second = area(ax, "species 0"), area(ax, "species 1")
    assert first[:, 1].max() == 10
    assert second[:, 1].max() == 10
    assert second[second[:, 0] == 1][:, 1].min() == 6, "it begins on top of the older one"
    assert area(ax, "species 2")[:, 0].min() == 1, "it grows from nothing, out of the generation before its first"
    assert ax.get_ylim() == (0, 10)


def test_a_species_keeps_its_colour() -> None:
    colours = {
        str(band.get_label()): to_hex(band.get_facecolor()[0])
        for records in (run(), run()[1:])
        for band in plot_species(records, axes()).collections
    }
    assert colours == {f"species {i}": LIGHT.species[i] for i in range(3)}


def test_metrics_without_species() -> None:
    with pytest.raises(InputError, match="no 'species': the search that made them keeps none"):
        plot_species([{"generation": 0}], axes())
    with pytest.raises(InputError, match="each generation's list is empty"):
        plot_species(metrics([{}]), axes())


def shifted(records: list[dict[str, Any]], by: float) -> list[dict[str, Any]]:
    return [record | {"best": record["best"] + by} for record in records]


def test_comparison_shows_median_and_middle_half() -> None:
    base = metrics([{0: 10}] * 5)
    ax = progress.plot_comparison({"a": [shifted(base, by) for by in (0, 1, 2, 3, 4)]}, axes())
    assert line(ax, "a").get_ydata()[[0, -1]] == pytest.approx([12, 16])
    corners = area(ax, ax.collections[0].get_label())
    at_start = corners[corners[:, 0] == 10][:, 1]
    assert (at_start.min(), at_start.max()) == (11, 13)


def test_a_run_that_has_ended_keeps_its_best() -> None:
    short, long = metrics([{0: 10}] * 2), metrics([{0: 10}] * 6)
    ax = progress.plot_comparison({"short": [short], "long": [long]}, axes())
    assert line(ax, "short").get_ydata()[-1] == 11
    assert line(ax, "short").get_xdata()[-1] == 60
    assert line(ax, "long").get_ydata()[-1] == 15


def test_best_so_far_never_falls() -> None:
    records = [record | {"best": best} for record, best in zip(metrics([{0: 10}] * 4), (1.0, 5.0, 2.0, 3.0))]
    ax = progress.plot_comparison({"a": [records]}, axes())
    assert np.all(np.diff(line(ax, "a").get_ydata()) >= 0)
    assert line(ax, "a").get_ydata()[-1] == 5


def test_runs_of_different_populations_begin_where_they_begin() -> None:
    ax = progress.plot_comparison({"small": [metrics([{0: 10}] * 10)], "large": [metrics([{0: 50}] * 2)]}, axes())
    large = line(ax, "large")
    assert large.get_xdata()[0] == pytest.approx(50, abs=1)
    assert large.get_xdata()[0] >= 50
    assert line(ax, "small").get_xdata()[0] == 10


def test_success_is_the_share_of_runs_solved() -> None:
    runs = [metrics([{0: 10}] * count, solved=count < 5) for count in (2, 3, 4, 5)]
    curve = line(progress.plot_success({"a": runs}, axes()), "a")
    assert curve.get_xdata().tolist() == [0, 20, 30, 40, 50]
    assert curve.get_ydata() == pytest.approx([0, 25, 50, 75, 75])


@pytest.mark.parametrize("plot", [progress.plot_comparison, progress.plot_success])
def test_nothing_to_compare(plot: Any) -> None:
    with pytest.raises(InputError, match="no runs to compare"):
        plot({}, axes())
    with pytest.raises(InputError, match="no runs in the group 'NEAT'"):
        plot({"NEAT": []}, axes())


def test_a_comparison_says_beneath_what_its_lines_are() -> None:
    names = [f"task search=cma population={n} and_a_long_name={'x' * 60}" for n in range(40)]
    runs = {name: [metrics([{0: 10}] * 5)] for name in names}
    unsolved = {name: [[{**row, "solved": False} for row in run] for run in each] for name, each in runs.items()}
    steps = progress.comparison_figure(unsolved, counted="steps")
    assert [ax.get_xlabel() for ax in steps.axes] == ["steps"]  # nothing is solved, or was to be
    drawing = progress.comparison_figure(runs)
    assert [text.get_text() for text in drawing.texts] == [f"{name}: 1 of 1 run solved" for name in names]
    left, right = drawing.axes
    assert len(left.lines) == len(right.lines) == len(names)
    assert max(text.get_position()[1] for text in drawing.texts) < left.get_position().y0
    assert min(text.get_position()[1] for text in drawing.texts) > 0
