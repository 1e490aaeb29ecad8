from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import Result

from runner.directory import all_runs, find_run, runs_root
from tests.runner.test_cli import call

TINY = ("units=4", "length=5", "batch=4", "steps=2", "generations=1", "--quiet")


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "abc.txt"
    path.write_text("abc cab\n" * 60, encoding="utf-8")
    return f"text:{path}"


@pytest.fixture
def strokes(tmp_path: Path) -> str:
    path, rng = tmp_path / "drawings.npz", np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(12, 2)), np.zeros((12, 1))], axis=1)
    parts = {f"{part}_points": points for part in ("train", "valid", "test")}
    offsets = {f"{part}_offsets": np.array([0, 4, 12]) for part in ("train", "valid", "test")}
    np.savez(path, **parts, **offsets)
    return f"strokes:{path}"


def test_a_text_goes_on_after_its_beginning(text: str) -> None:
    assert call("train", text, "model=hyperlstm", "hyper_units=3", *TINY).exit_code == 0
    one, same, other = (call("sample", "--length", "30", "--prime", "cab", "--seed", seed) for seed in ("1", "1", "2"))
    assert one.exit_code == 0
    assert one.stdout.startswith("cab")
    assert len(one.stdout) == 3 + 30 + 1
    assert set(one.stdout) <= set("abc \n")
    assert one.stdout == same.stdout != other.stdout
    twice = call("sample", "--count", "2", "--length", "9", "--out", "made.txt")
    assert twice.stdout == "made.txt\n"
    assert len(Path("made.txt").read_text(encoding="utf-8")) == 2 * 9 + 2 + 1
    reported(call("report"), "What it writes")


def reported(report: Result, title: str) -> None:
    """The report has what the network makes up, and says nothing of other pictures."""
    assert report.exit_code == 0
    assert not report.stderr
    page = Path(report.stdout.strip()).read_text(encoding="utf-8")
    assert title in page
    assert f"neatcore sample {find_run('latest').name}" in page


def test_drawings_are_a_picture(strokes: str) -> None:
    assert call("train", strokes, "model=lstm", "mixtures=2", *[word for word in TINY if "length" not in word]).exit_code == 0
    done = call("sample", "--count", "6")
    path = find_run("latest").media / "drawings.png"
    assert done.stdout == f"{path}\n"
    with Image.open(path) as picture:
        assert picture.width > 100
    assert call("sample", "--out", "few.svg", "--count", "2", "--length", "5").exit_code == 0
    assert Path("few.svg").read_text(encoding="utf-8").startswith("<svg")
    reported(call("report"), "What it draws")


def test_wishes_that_cannot_be_met(text: str, strokes: str) -> None:
    call("train", text, "model=rnn", *TINY)
    assert "--prime: '☃' is not among the 5 symbols" in call("sample", "--prime", "a☃").stderr
    assert "GB are free: choose a smaller length or count" in call("sample", "--length", "2000000000", "--count", "9").stderr
    before = len(all_runs(runs_root()))
    for task, word in ((text, "length=100000"), (strokes, "shortest=100000")):
        assert word in call("train", task, "model=rnn", word).stderr
    assert len(all_runs(runs_root())) == before  # told before there is a run
    call("run", text, "search=cma", "encoding=mlp", "hidden=[2]", "generations=1", "population=4", "--quiet")
    done = call("sample")
    assert done.exit_code == 2
    assert "encoding=mlp, which cannot be sampled" in done.stderr
    call("train", strokes, "model=rnn", "mixtures=1", *[word for word in TINY if "length" not in word])
    assert "--prime is of texts" in call("sample", "--prime", "a").stderr
    assert "did you mean '.png'" in call("sample", "--out", "a.pnf").stderr
    Path("folder.png").mkdir()
    assert "folder.png is a folder, not a file" in call("sample", "--out", "folder.png").stderr
    assert "--evaluate is of networks: say how many with --networks" in call("sample", "--evaluate").stderr
    assert "--prime is of texts and drawings, not of networks" in call("sample", "--networks", "3", "--prime", "a").stderr
    call("run", "xor", "generations=1", "--quiet")
    assert "is of task xor; only those of text:FILE and strokes:FILE can be sampled" in call("sample").stderr


def test_changes_of_weights_are_drawn_for_a_network_that_is_watched(text: str) -> None:
    assert call("train", text, "model=hyperrnn", "hyper_units=3", *TINY).exit_code == 0
    assert call("plot", "latest", "weight-changes", "--out", "changes.svg").exit_code == 0
    assert "↵" in Path("changes.svg").read_text(encoding="utf-8")
    report = Path(call("report", "latest").stdout.strip()).read_text(encoding="utf-8")
    assert "Weights that change along a text" in report
    assert call("train", text, "model=rnn", *TINY).exit_code == 0
    assert "unknown plot of this run" in call("plot", "latest", "weight-changes").stderr
