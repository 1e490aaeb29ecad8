"""Runs whose search is told something else than fitness, and the charts of where networks came to."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.ordeal import contents
from neatcore.errors import InputError
from neatcore.novelty import Novelty, Random
from runner import checkpoint as checkpoints
from runner.charts import chart_of, in_cells
from runner.directory import Run
from runner.display import Mute
from runner.media import save_plots, save_report
from runner.session import assemble, resume, start
from runner.settings import resolve
from tests.runner.toys import VECTORS, task_file

MAZE = ("population=20", "task.steps=30", "stop_when_solved=false")
ELITES = ("search=map-elites", "encoding=mlp", "hidden=[3]", "search.population=10", "task.steps=30", "stop_when_solved=false")
CMA = (*VECTORS[:2], "hidden=[3]", "search.population=8", "task.steps=30", "stop_when_solved=false")


def begin(task: str, *words: str, seed: int = 3) -> Run:
    return Run(start(resolve(task, words), seed, Path("runs"), "neatcore run", Mute()).run)


@pytest.mark.parametrize("words", [MAZE, CMA], ids=["neat", "cma"])
@pytest.mark.parametrize("reward", ["novelty", "random"])
def test_stopping_and_going_on_changes_nothing(words: tuple[str, ...], reward: str) -> None:
    whole = begin("maze:hard", *words, f"reward={reward}", "generations=6")
    parts = begin("maze:hard", *words, f"reward={reward}", "generations=2")
    for more in (1, 3):
        resume(parts, more, Mute())
    assert contents(whole.path) == contents(parts.path)
    assert "behaviour" in contents(whole.path)


def test_map_elites_goes_on_to_the_bit_and_its_elites_are_drawn() -> None:
    whole = begin("maze:hard", *ELITES, "generations=4")
    parts = begin("maze:hard", *ELITES, "generations=2")
    resume(parts, 2, Mute())
    assert contents(whole.path) == contents(parts.path)
    drawn = save_plots(whole.name, ["elites", "coverage"], None, "light")
    assert {path.name for path in drawn} == {"elites.svg", "elites.png", "coverage.svg", "coverage.png"}
    assert 1 <= whole.rows()[-1]["elites"] <= 40


def test_elites_stand_in_the_cells_of_their_places() -> None:
    limits, cells = np.array([[0.0, 3.0], [-2.0, 0.0]]), np.array([3, 2])
    places = np.array([[0.5, -0.5], [2.9, -1.9], [9.0, 9.0], [1.2, -1.4]])
    found = in_cells(places, np.array([1.0, 2.0, 3.0, 4.0]), limits, cells)
    assert np.array_equal(found, [[1, np.nan, 3], [np.nan, 4, 2]], equal_nan=True)


@pytest.mark.parametrize("pool", ["workers=2 pool=thread"])
def test_two_threads_give_the_bits_of_one(pool: str) -> None:
    alone = begin("maze:risi2012", *MAZE, "reward=novelty", "generations=3")
    shared = begin("maze:risi2012", *MAZE, "reward=novelty", "generations=3", *pool.split())
    assert contents(alone.path) == contents(shared.path)


def test_the_places_that_are_kept_are_those_of_all_networks_and_the_archive_is_among_them() -> None:
    run = begin("maze:medium", *MAZE, "reward=novelty", "generations=4")
    parts = assemble(resolve("maze:medium", [*MAZE, "reward=novelty"]), 3)
    chart = chart_of(run, parts, None)
    assert chart is not None
    places, times = chart.places
    assert places.shape == (80, 2)
    assert times.tolist() == np.repeat([0, 1, 2, 3], 20).tolist()
    kept = {tuple(float(f"{value:.6g}") for value in place) for place in chart.archive.tolist()}
    assert kept <= {tuple(place) for place in places.tolist()}
    assert len(kept) == run.rows()[-1]["archive"] == len(chart.archive)
    last, _ = checkpoints.latest(run.checkpoints)
    assert last is not None
    assert float(last.search["threshold"]) == run.rows()[-1]["archive_threshold"]


def test_settings_are_those_of_the_search_and_a_section_for_the_reward() -> None:
    run = begin("maze:hard", *MAZE, "reward=novelty", "neighbours=3", "generations=1")
    written = tomllib.loads(run.config.read_text())
    assert written["run"]["reward"] == "novelty"
    assert written["novelty"]["neighbours"] == 3
    assert written["search"]["population"] == 20
    assert isinstance(assemble(resolve("xor", ["reward=random"]), 0).search, Random)
    found = assemble(resolve("xor", ["reward=novelty", "archive_threshold=2"]), 0).search
    assert isinstance(found, Novelty)
    assert (found.threshold, found.config.neighbours) == (2.0, 15)
    assert "novelty" not in resolve("xor").sections


@pytest.mark.parametrize(
    ("task", "words", "message"),
    [
        ("cartpole", ["reward=novelty"], "needs a task that says what networks did; cartpole says only how well: try maze:hard"),
        ("xor", ["reward=novel"], "reward=novel: must be 'fitness', 'novelty' or 'random'"),
        ("xor", ["search=novelty"], "novelty is what a search is told, whichever it is: write reward=novelty"),
        ("xor", ["novelty=true"], "unknown key 'novelty'; did you mean reward=novelty?"),
        ("xor", ["neighbours=3"], "unknown key 'neighbours'"),
        ("xor", ["reward=novelty", "neighbours=0"], r"neighbours=0: must be at least 1 \(novelty.neighbours\)"),
        ("maze:hrd", [], "did you mean maze:hard"),
        ("xor", list(ELITES[:2]), "needs a task whose behaviour is a place on a chart; xor has none: try maze:hard"),
        ("dual-task", list(ELITES[:2]), "needs a behaviour that is one place on a chart; dual-task has 2 of them"),
        ("maze:hard", [*ELITES[:2], "reward=novelty"], "has cells for what is new and keeps the fittest: leave reward out"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(task: str, words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        assemble(resolve(task, words), 0)
    assert len(str(caught.value).splitlines()) == 1
    assert not Path("runs").exists()


def test_a_run_begins_with_the_genomes_of_one_that_was_told_something_else() -> None:
    for first, second in (("novelty", "fitness"), ("fitness", "novelty")):
        origin = begin("maze:hard", *MAZE, f"reward={first}", "generations=2")
        settings = resolve("maze:hard", [*MAZE, f"reward={second}", "generations=1"])
        run = Run(start(settings, 5, Path("runs"), "neatcore run", Mute(), origin=origin).run)
        theirs, ours = (json.loads(each.behaviour.read_text().splitlines()[-1])["behaviour"] for each in (origin, run))
        assert len(theirs) == len(ours) == 20
        last, _ = checkpoints.latest(origin.checkpoints)
        assert last is not None
        assert run.record["origin"] == str(origin.path.resolve())


def test_every_plot_is_drawn_and_the_report_shows_them() -> None:
    run = begin("maze:hard", *MAZE, "reward=novelty", "generations=3")
    drawn = {path.name for path in save_plots(run.name, (), None, "light")}
    for name in ("trajectory", "behaviour", "archive", "novelty"):
        assert {f"{name}.svg", f"{name}.png"} <= drawn
        with Image.open(run.media / f"{name}.png") as picture:
            assert min(picture.size) > 300
    page = save_report([run.name], None).read_text(encoding="utf-8")
    assert "Where the networks went" in page
    assert "The ends of 60 networks were kept." in page
    assert "<h3>Novelty</h3>" in page


def test_without_an_archive_or_places_there_is_less_to_plot(tmp_path: Path) -> None:
    run = begin("maze:hard", *MAZE, "generations=1")
    with pytest.raises(InputError, match="unknown plot of this run 'archive'"):
        save_plots(run.name, ["archive"], None, "dark")
    run.behaviour.unlink()
    assert "The run kept no ends of networks." in save_report([run.name], None).read_text(encoding="utf-8")
    assert not begin(task_file(tmp_path), *VECTORS, "generations=1").behaviour.exists()
