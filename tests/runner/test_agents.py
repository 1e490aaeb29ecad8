"""Generators of networks on the command line: training, stopping and going on, sampling, lines, the latent space of a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.ordeal import contents
from neatcore.errors import InputError
from runner.commands import draft_of, settings_of, training
from runner.directory import Run, find_run
from runner.display import Mute
from runner.session import resume, start
from runner.settings import resolve
from runner.words import spelled
from tests.runner.test_cli import call

TINY = ("hidden=[3]", "widths=[16]", "latent=4", "networks=160", "lanes=80", "longest=40", "batch=16", "warm=1", "drawn=20")
STEPS = "options={steps = 40, episodes = 2}"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of `train agents`, as the command line makes it."""
    root = tmp_path_factory.mktemp("runs")
    done = call("train", "agents", "task=cartpole", *TINY, STEPS, "generations=8", "--out", str(root))
    assert done.exit_code == 0, done.stderr
    assert "agents:cartpole  agents + agents" in done.stdout
    assert "collected 1  loss" in done.stdout
    assert "variety" in done.stdout
    (folder,) = root.iterdir()
    return Run(folder)


def test_words_of_agents_are_words_of_train() -> None:
    assert spelled(["agents", "task=double-pole", "latent=3"]) == ["agents:double-pole", "latent=3"]
    assert spelled(["agents"]) == ["agents:cartpole"]
    assert spelled(["xor", "task=agents"]) == ["xor", "task=agents"]
    assert spelled([]) == []
    assert training(["agents:cartpole", "beta=1"]) == ["agents:cartpole", "search=agents", "encoding=agents", "beta=1"]
    with pytest.raises(InputError, match="did you mean 'cartpole'"):
        settings_of(training(spelled(["agents", "task=cartpoel"])), None, None)
    with pytest.raises(InputError, match="agents are for a task"):
        assert settings_of(["agents:agents:xor"], None, None).task.inputs  # type: ignore[attr-defined]


def test_stopping_and_going_on_changes_nothing() -> None:
    """Once among the learners, once among the passes."""
    words = ["search=agents", "encoding=agents", *TINY, STEPS]

    def begin(generations: int) -> Run:
        settings = resolve("agents:cartpole", [*words, f"generations={generations}"])
        return Run(start(settings, 3, Path("runs"), "neatcore train agents", Mute()).run)

    whole, parts = begin(5), begin(1)
    for _ in range(4):
        resume(parts, 1, Mute())
    rows = [json.loads(line) for line in whole.metrics.read_text().splitlines()]
    assert rows[0]["collected"] < 1 == rows[-1]["collected"]
    assert "losses" in rows[-1]
    assert contents(whole.path) == contents(parts.path)


def test_networks_are_made_and_drawn(trained: Run) -> None:
    done = call("sample", str(trained.path), "--agents", "30", "--seed", "2")
    assert done.exit_code == 0, done.stderr
    head, *rows, path = done.stdout.splitlines()
    assert head.split()[:3] == ["group", "networks", "fitness"]
    assert [row.split()[0] for row in rows if row[0].isdigit() or row.startswith("all")][-1] == "all"
    assert path == str(trained.media / "agents.png")
    with Image.open(path) as picture:
        assert picture.width > 800


def test_a_collapse_is_said(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from hypernets.agents.vae import Fitted

    monkeypatch.setattr(Fitted, "variety", lambda *_: 0.001)
    done = call("sample", str(trained.path), "--agents", "5", "--out", "few.svg")
    assert "the generator of all has collapsed: what it makes differs 0.1% as much as its networks do" in done.stdout


def test_lines_go_from_one_network_to_another(trained: Run) -> None:
    done = call("interpolate", str(trained.path), "--from", "all", "--to", "best", "--out", "lines.png")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["share", "of", "the", "way", "latent", "space", "weights", "weights,", "aligned"]
    assert "from the straight line" in done.stdout
    shown = call("interpolate", str(trained.path), "--from", "5", "--to", "7", "--json").stdout
    *told, bends = map(json.loads, shown.splitlines())
    assert {name: list(values) for name, values in bends.items()} == {
        words: ["latent space", "weights", "weights, aligned"]
        for words in ("from the straight line", "each pair from its own", "from that of the learnt")
    }
    assert [row["share of the way"] for row in told] == np.linspace(-1, 2, 25).tolist()
    for word, complaint in (("10-20", "unknown network for --from: '10-20'"), ("160", "there are 160 networks, numbered from 0")):
        assert complaint in call("interpolate", str(trained.path), "--from", word).stderr
    for command in (("interpolate", "--out", "a.txt"), ("sample", "--agents", "3", "--out", "a.txt")):
        failed = call(command[0], str(trained.path), *command[1:])
        assert "unknown kind of picture file '.txt'" in failed.stderr
        assert not failed.stdout


def test_the_latent_space_of_a_run_is_searched(trained: Run) -> None:
    found = settings_of(["cartpole", f"encoding={trained.path}", "search=cma", "generations=2"], None, None)
    assert found.run.encoding == "latent"
    assert found.sections["encoding"]["pairs"] is True
    assert found.sections["encoding"]["latent"] == 4
    done = call("run", "cartpole", f"encoding={trained.path}", "search=snes", "generations=2", "--out", "evolved", "-q")
    assert done.exit_code == 0, done.stderr
    (run,) = Path("evolved").iterdir()
    assert call("resume", str(run), "--generations", "1", "-q").exit_code == 0
    assert call("report", str(run)).exit_code == 0
    refused = call("sample", str(run), "--agents", "9").stderr
    assert (
        "has encoding=latent, from which no networks for pictures are drawn; make one with: neatcore train digits model=hypergan, "
        "or: neatcore train agents" in refused
    )
    assert "is no generator of networks; make one with: neatcore train agents" in call("interpolate", str(run)).stderr
    assert "make at least 2" in call("sample", str(trained.path), "--agents", "1").stderr
    assert "is of one network" in call("sample", str(trained.path), "--agents", "9", "--champion", "last").stderr
    assert "tried on their task anyway" in call("sample", str(trained.path), "--networks", "9", "--evaluate").stderr
    assert "is no generator of networks" in call("run", "cartpole", f"encoding={run}").stderr
    assert "4 inputs and 1 output; this task needs 6" in call("run", "double-pole", f"encoding={trained.path}", "search=cma").stderr
    assert "unknown encoding 'mpl'; did you mean 'mlp'?" in call("run", "cartpole", "encoding=mpl").stderr


def test_a_report_tells_of_a_generator(trained: Run) -> None:
    assert call("report", str(trained.path), "--out", "page.html").exit_code == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "Networks that are made" in page
    assert "The latent space" in page
    assert call("replay", str(trained.path), "--out", "middle.png").exit_code == 0


def test_networks_of_other_tasks_are_evolved() -> None:
    words = (
        "networks=150",
        "hidden=[2]",
        "widths=[8]",
        "latent=2",
        "runs=4",
        "kept=10",
        "drawn=10",
        "batch=16",
        "options={steps = 50}",
    )
    assert call("train", "agents", "task=double-pole", *words, "generations=3", "-q").exit_code == 0
    assert "above" in call("sample", "--agents", "10").stdout
    pairs = draft_of(["double-pole", f"encoding={find_run('latest').path}"], None, None).values("encoding")
    assert pairs["pairs"] is False


def test_before_there_is_a_generator() -> None:
    assert call("train", "agents", *TINY, STEPS, "generations=1", "-q").exit_code == 0
    assert "has no generator yet; go on with: neatcore resume" in call("sample", "--agents", "9").stderr
    searched = call("run", "cartpole", "encoding=latest", "search=cma")
    assert "has no champion yet; go on with: neatcore resume" in searched.stderr
    (row,) = find_run("latest").rows()
    assert row["fitted"] is False
    assert "loss" not in row


def test_what_comes_before_a_generator_is_no_champion(trained: Run) -> None:
    rows = trained.rows()
    collecting = [row["generation"] for row in rows if not row.get("fitted", True)]
    assert collecting
    assert int(trained.champion().stem) not in collecting
    page = Path(call("report", str(trained.path), "--out", "page.html").stdout.strip()).read_text(encoding="utf-8")
    losses = [row["loss"] for row in rows if "loss" in row]
    assert f"The loss goes from {losses[0]:.3g} to {losses[-1]:.3g}." in page
    assert call("plot", str(trained.path), "loss", "--out", "loss.svg").exit_code == 0


def test_a_generator_that_diverges_is_told() -> None:
    done = call("train", "agents", *TINY, STEPS, "rate=1e20", "generations=12", "-q")
    assert done.exit_code == 2
    assert "is not finite: choose a rate below 1e+20" in done.stderr
    assert "--from" not in done.stderr
