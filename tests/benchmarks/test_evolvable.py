from __future__ import annotations

from pathlib import Path

import pytest
from numpy.random import default_rng

from benchmarks import evolvable
from benchmarks.evolvable import (
    DUAL,
    EVOLVED,
    KINDS,
    LARGE,
    MAZE,
    RANDOM,
    SMALL,
    VARIANTS,
    compared,
    main,
    overview,
    sizes,
    verdict,
)
from benchmarks.results import read_csv
from benchmarks.variants import held
from neatcore.neat import Neat, NeatConfig
from runner.session import assemble


def test_every_run_is_what_its_command_says() -> None:
    assert [variant.name for variant in VARIANTS][:2] == ["dual-task, ES-HyperNEAT", "maze:risi2012, ES-HyperNEAT"]
    for variant in VARIANTS:
        run = variant.settings(7).run
        assert (run.task, run.generations) == (variant.task, 7)
        assert run.encoding == ("hyperneat" if "fixed" in variant.name else "es-hyperneat")
        assert run.reward == ("random" if "random" in variant.name else "fitness")
        assert variant.settings(7).search.population == evolvable.SIZE  # type: ignore[attr-defined]
        assert f"neatcore run {run.task} --preset risi2012 " in variant.command(1, 7)


@pytest.mark.parametrize(("kind", "hidden"), [(LARGE, 64), (SMALL, 10)])
def test_fixed_substrates_have_the_neurons_and_the_links_that_they_are_said_to(kind: str, hidden: int) -> None:
    for variant in VARIANTS:
        if variant.name.endswith(kind):
            parts = assemble(variant.settings(1), 0)
            genome = Neat(NeatConfig(population=2, new_power=3), parts.encoding.space, default_rng(0)).ask()[0]
            found = sizes(parts, genome, variant.task)
            assert found["hidden"] == hidden
            assert 0 < found["links"] <= hidden * (9 + hidden + 3)


def test_what_is_said_of_given_runs() -> None:
    counts = {f"{MAZE}, {EVOLVED}": 9, f"{MAZE}, {SMALL}": 1, f"{MAZE}, {RANDOM}": 0}
    rows = [
        {"variant": name, "seed": seed, "generation": turn, "evaluations": 300 * turn * (seed + 1), "links": 9, "seconds": 1}
        | {"solved": int(turn == 2 and seed < solved), "fitness": 10.0 if turn == 2 and seed < solved else turn, "hidden": 4}
        for name, solved in counts.items()
        for seed in range(10)
        for turn in (1, 2)
    ]
    assert "| maze | ES-HyperNEAT | 9 of 10 | 3,000 (1,800 to 4,200) | 10.00 (10.00 to 10.00) | 4" in overview(rows)
    assert "| maze | random | 0 of 10 | – | 2.00" in overview(rows)
    assert compared(rows, MAZE, EVOLVED, SMALL).startswith(
        "ES-HyperNEAT against fixed 10 × 1: more runs solved, p = 0.00055; fitter"
    )
    assert compared(rows, MAZE, EVOLVED, LARGE).endswith("not both have been run")
    assert verdict(rows) == ""
    assert held(rows[:2], [1, 3], "fitness") == [1.0, 10.0]


@pytest.mark.parametrize(
    ("grown", "fixed", "chance", "said"),
    [
        (9, 9, 0, "the claim of the maze is not repeated, the claim of the dual task is repeated"),
        (9, 1, 2, "the claim of the maze is repeated, the claim of the dual task is not repeated"),
        (5, 6, 0, "the claim of the maze is not repeated, the claim of the dual task is not repeated"),
    ],
)
def test_the_verdict_is_by_what_was_set_beforehand(grown: int, fixed: int, chance: int, said: str) -> None:
    counts = {EVOLVED: grown, LARGE: fixed, SMALL: fixed, RANDOM: chance}
    rows = [
        {"variant": f"{task}, {kind}", "seed": seed, "generation": 1, "solved": int(seed < solved)}
        for task in (DUAL, MAZE)
        for kind, solved in counts.items()
        for seed in range(10)
    ]
    assert said in verdict(rows)


def test_the_experiment_in_short(tmp_path: Path) -> None:
    main(seeds=1, generations=2, workers=1, folder=tmp_path)
    rows = read_csv(tmp_path / "evolvable.csv")
    assert [row["variant"] for row in rows] == [variant.name for variant in VARIANTS for _ in range(2)]
    first, last = ({row["variant"]: float(row["fitness"]) for row in rows if row["generation"] == turn} for turn in ("1", "2"))
    assert all(0 < first[name] <= last[name] for name in first)
    page = (tmp_path / "evolvable.md").read_text(encoding="utf-8")
    assert all(f"{DUAL.replace('-', ' ')}, {kind} 0 of 1" in page for kind in KINDS)
    assert "These thresholds are ours." in page
    pictures = {"evolvable.svg", "evolvable-dual.svg", "evolvable-dual-way.svg", "evolvable-maze.svg", "evolvable-maze-way.svg"}
    assert pictures <= {path.name for path in tmp_path.iterdir()}
