"""The experiments of the HyperNEAT paper, in short: rows, pages, figures, and the statistics they rest on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.axes import Axes

from benchmarks import discrimination, foraging, variants
from benchmarks.results import read_csv
from benchmarks.variants import Variant, bands, bests, command_of, greater, run_all, seeds_of, spread, strands, times
from viz.style import LIGHT, Margins, plot_figure


def test_one_that_solves_a_task_is_better_than_a_fitter_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def course(_settings: Any, _seed: int) -> list[Any]:
        told = [(1.0, False), (3.0, False), (2.0, True), (4.0, False), (2.5, True)]
        return [SimpleNamespace(evaluation=SimpleNamespace(fitness=[worth]), best=0, solved=solved) for worth, solved in told]

    monkeypatch.setattr(variants, "evolving", course)
    settings = Variant("plain", "xor", "").settings(5)
    assert [best.evaluation.fitness[0] for _, best in bests(settings, 0, 5)] == [1.0, 3.0, 2.0, 2.0, 2.5]


def test_visual_discrimination_in_short(tmp_path: Path) -> None:
    path = tmp_path / "discrimination.csv"
    rows = [row for variant in discrimination.VARIANTS[:3] for row in discrimination.attempt(variant, 1, 2)]
    assert [(row["variant"], row["generation"], row["resolution"]) for row in rows[:2]] == [
        ("HyperNEAT", 1, 11),
        ("HyperNEAT", 2, 11),
    ]
    assert {row["resolution"] for row in rows} == {11, 33, 55}
    assert {row["resolution"] for row in rows if row["variant"] == "P-NEAT"} == {11}
    assert float(rows[1]["fitness"]) >= float(rows[0]["fitness"])
    page = discrimination.result(rows, tmp_path, 2).write(tmp_path, packages=("scipy",))
    text = page.read_text(encoding="utf-8")
    assert "neatcore run boxes --preset stanley2009 generations=2 --seed 1" in text
    assert all((tmp_path / f"discrimination-{name}.svg").exists() for name in ("trials", "all", "scaling"))
    assert not path.exists()


def test_food_gathering_in_short(tmp_path: Path) -> None:
    path = tmp_path / "foraging.csv"
    rows = run_all(foraging.attempt, foraging.VARIANTS[:1], [1], 4, path, 1)
    assert rows == read_csv(path)
    assert [int(row["sensors"]) for row in rows if row["how"] == foraging.ASKED] == list(foraging.SENSORS)
    assert run_all(foraging.attempt, foraging.VARIANTS[:1], [1], 4, path, 1) == rows
    everything = [{**row, "variant": variant.name} for variant in foraging.VARIANTS for row in rows]
    text = foraging.result(everything, tmp_path, 4).write(tmp_path).read_text(encoding="utf-8")
    assert "asked again" in text
    assert (tmp_path / "foraging-asked.svg").exists()


def test_the_test_tells_samples_apart_and_only_in_the_direction_asked_for() -> None:
    low, high = [float(n) for n in range(20)], [float(n) + 30 for n in range(20)]
    assert greater(high, low) < 1e-6
    assert greater(low, high) > 0.99
    assert greater(low, low) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("draw", [bands, strands])
def test_groups_are_named_where_their_lines_end_whatever_is_set_of_the_axes(draw: Callable[..., Axes]) -> None:
    groups = {"a": ([0.0, 1.0], [[0.0, 1.0], [0.0, 1.0]]), "b": ([0.0, 1.0], [[0.0, 9.0]]), "none": ([], [])}
    choices: list[dict[str, Any]] = [{}, {"ylim": (0, 40)}, {"ylim": (0.5, 10), "yscale": "log"}]
    for settings in choices:
        drawing, ax = plot_figure(LIGHT, 640, 340, Margins(left=40, right=130))
        draw(ax, groups, "x", "y", **settings)
        names = {text.get_text(): text for text in ax.texts}
        assert set(names) == {"a", "b", "y"}
        drawing.canvas.draw()
        for name, end in (("a", 1.0), ("b", 9.0)):
            found = names[name].get_window_extent()
            assert (found.y0 + found.y1) / 2 == pytest.approx(ax.transData.transform((1, end))[1], abs=3)


def test_a_sample_in_words() -> None:
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0], 1) == "3.0 (2.0 to 4.0)"


def test_columns_of_solved_runs_and_the_command_that_makes_a_page_again() -> None:
    rows = [
        {"variant": name, "seed": seed, "solved": done, "evaluations": 100 - seed}
        for name, seed, done in (("a", 1, "1"), ("a", 2, "0"), ("a", 3, "1"), ("b", 1, "1"))
    ]
    assert times(rows, "a") == [97.0, 99.0]
    assert seeds_of(rows) == 3
    assert command_of("maze", seeds=(3, 20), generations=(5, 5)) == "python -m benchmarks.maze --seeds 3"
