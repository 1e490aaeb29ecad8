"""Curves that a run's networks have learnt: one, and many that a generator draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from neatcore.files import load
from runner.charts import chart_of
from runner.curves import Curves
from runner.directory import Run, find_run
from runner.session import assemble
from runner.settings import file_layer, resolve
from tests.runner.test_cli import call


def curves(run: Run) -> Curves:
    parts = assemble(resolve(layers=[file_layer(run.config)]), run.record["seed"])
    found = chart_of(run, parts, load(run.champion()))
    assert isinstance(found, Curves)
    return found


def test_a_network_is_one_curve() -> None:
    assert call("train", "toy-regression", "steps=400", "generations=1", "-q").exit_code == 0
    (panel,) = curves(find_run("latest")).panels.values()
    assert panel.answers.shape == (1, 241)
    assert np.corrcoef(panel.answers[0], panel.truth)[0, 1] > 0.9
    assert call("plot", "latest", "curve").exit_code == 0
    assert call("replay", "latest", "--out", "curve.png").exit_code == 0
    page = Path(call("report", "latest").stdout.strip()).read_text(encoding="utf-8")
    assert "What many networks say" not in page
    assert "the curve that they are from" in page


def test_a_network_that_evolved_is_drawn_without_jax(tmp_path: Path) -> None:
    assert call("run", "toy-regression", "search=cma", "encoding=mlp", "generations=2", "-q").exit_code == 0
    program = "import sys; sys.modules['jax'] = None; from runner.cli import main; sys.exit(main())"
    words = ("plot", "latest", "curve", "--out", str(tmp_path / "curve.png"))
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "curve.png").exists()


@pytest.fixture
def drawn() -> Run:
    done = call("train", "toy-regression", "model=hypergan", "steps=150", "generations=2", "networks=8", "matching=20", "-q")
    assert done.exit_code == 0, done.stderr
    return find_run("latest")


def test_a_generator_draws_many_which_part_where_there_are_no_points(drawn: Run) -> None:
    panels = curves(drawn).panels
    assert {name: len(panel.answers) for name, panel in panels.items()} == {
        "10 networks": 10,
        "100 networks": 100,
        "1,000 networks": 1000,
    }
    most = panels["1,000 networks"]
    assert np.array_equal(panels["10 networks"].answers, most.answers[:10])
    deviation, among = most.answers.std(axis=0), np.abs(most.places) < 3
    assert deviation[[0, -1]].min() > 2 * np.median(deviation[among])
    assert call("plot", str(drawn.path), "curve").exit_code == 0
    page = Path(call("report", str(drawn.path)).stdout.strip()).read_text(encoding="utf-8")
    assert "What many networks say" in page
