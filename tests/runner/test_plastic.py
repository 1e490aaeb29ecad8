"""Plastic networks from the command line: kept, shown, drawn, and resumed to the bit."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from runner.cli import app

TINY = ("dangerous-foraging", "worlds=1", "steps=40", "population=12", "stop_when_solved=false", "checkpoint_seconds=0", "--quiet")


def call(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_run_of_plastic_networks_from_beginning_to_end(runs: Path) -> None:
    call("run", *TINY, "generations=6", "ancestry=true", "--seed", "1")
    call("run", *TINY, "generations=3", "ancestry=true", "--seed", "1")
    call("resume", "latest", "--generations", "3", "--quiet")
    whole, parts = sorted(runs.iterdir(), key=lambda path: path.stat().st_ctime)
    assert (whole / "metrics.jsonl").read_bytes() == (parts / "metrics.jsonl").read_bytes()
    assert {path.name: path.read_bytes() for path in whole.glob("champions/*")} == {
        path.name: path.read_bytes() for path in parts.glob("champions/*")
    }
    shown = call("show", "latest")
    assert "rule    1  η1 0." in shown
    assert "encoding" in shown
    assert "plastic" in shown
    assert "generation" in call("show", "latest", "--ancestry")
    call("plot", "latest", "weight-changes", "champion", "--out", "pictures")
    assert "a life among poison" in Path("pictures/weight-changes.svg").read_text(encoding="utf-8")
    report = Path(call("report", "latest").strip()).read_text(encoding="utf-8")
    assert "Weights that change within a lifetime" in report


def test_networks_whose_weights_stay_have_no_such_picture() -> None:
    call("run", *TINY, "encoding=direct", "recurrent=true", "generations=1")
    done = CliRunner().invoke(app, ["plot", "latest", "weight-changes"])
    assert "unknown plot of this run" in done.stderr


def test_genomes_without_rules_are_none_to_begin_with() -> None:
    call("run", *TINY, "encoding=direct", "recurrent=true", "generations=1")
    done = CliRunner().invoke(app, ["run", *TINY, "encoding=plastic", "generations=1", "--from", "latest"])
    assert done.exit_code == 2
    assert "a bias node, where this run needs recurrent networks" in done.stderr
    assert "a bias node and 3 rules of plasticity" in done.stderr


def test_a_substrate_that_learns_is_drawn_along_its_life() -> None:
    small = ("trials=60", "jitter=2", "schedules=2", "population=8", "generations=2", "add_link=0.9", "--quiet", "--seed", "1")
    for synapses in ("abc", "iterated"):
        call("run", "t-maze", f"synapses={synapses}", "encoding.threshold=0", *small)
        call("plot", "latest", "weight-changes", "--out", f"{synapses}.svg")
        assert " → ahead" in Path(f"{synapses}.svg").read_text(encoding="utf-8")
    report = Path(call("report", "latest").strip()).read_text(encoding="utf-8")
    assert "Weights that change within a lifetime" in report
