from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from neatcore.errors import InputError, TaskError
from runner.directory import Run, all_runs, find_run
from runner.display import Mute
from runner.media import save_comparison, save_plots, save_replay, save_report
from runner.session import resume, start
from runner.settings import resolve
from tests.runner.toys import VECTORS, task_file


def made(task: str, *words: str, seed: int = 1) -> Run:
    return Run(start(resolve(task, ["generations=3", *words]), seed, Path("runs"), "neatcore run …", Mute()).run)


def test_a_report_is_one_page_in_the_run(runs: Path) -> None:
    run = made("xor", "population=20")
    path = save_report(["latest"], None)
    page = path.read_text(encoding="utf-8")
    assert path.resolve() == (run.path / "report.html").resolve()
    for words in ("population = 20", "neatcore run …", "champion", "seed"):
        assert words in page
    assert "<svg" in page


def test_a_report_says_how_a_run_that_was_resumed_is_repeated(runs: Path) -> None:
    run = made("xor", "population=10", "stop_when_solved=false")
    assert "neatcore resume" not in save_report(["latest"], None).read_text(encoding="utf-8")
    resume(run, 2, Mute())
    assert "\nneatcore resume latest --generations 2</pre>" in save_report(["latest"], None).read_text(encoding="utf-8")


def test_a_report_of_several_runs(runs: Path, tmp_path: Path) -> None:
    made("xor", "population=20")
    made("cartpole", "population=20", "steps=50")
    path = save_report(["xor", "cart"], tmp_path / "both.html")
    assert path.read_text(encoding="utf-8").count("<article") == 2
    own = save_report(["cart"], None)
    both = save_report(["xor", "cart"], None)
    assert [path.name for path in (own, both)] == ["report.html", "report-2-runs.html"]
    assert own.read_text(encoding="utf-8").count("<article") == 1


def test_a_task_without_a_picture_has_a_report_but_no_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(task_file(tmp_path), *VECTORS)
    assert save_report(["latest"], None).exists()
    assert "without the champion at work" in capsys.readouterr().err
    with pytest.raises(InputError, match="has nothing to show: it has no method show"):
        save_replay("latest", None, "best", 0)


def test_a_show_that_raises_is_told(tmp_path: Path) -> None:
    task_file(tmp_path)
    path = tmp_path / "toy.py"
    path.write_text(path.read_text() + "\n    def show(self, policy, rng):\n        raise KeyError('lost')\n")
    made("toy.py", *VECTORS)
    with pytest.raises(TaskError, match=r"raised KeyError: 'lost' \(toy.py:\d+\) in show"):
        save_replay("latest", None, "best", 0)


@pytest.mark.parametrize("champion", ["best", "final", "0"])
def test_the_champion_is_replayed(champion: str, tmp_path: Path) -> None:
    made("cartpole", "population=20", "steps=30")
    path = save_replay("latest", tmp_path / f"{champion}.webp", champion, 0)
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) > 5


def test_the_same_replay_has_the_same_bytes(tmp_path: Path) -> None:
    made("cartpole", "population=20", "steps=30")
    first, second = (save_replay("latest", tmp_path / name, "best", 3).read_bytes() for name in ("a.webp", "b.webp"))
    assert first == second


def test_plots_are_drawn_for_what_the_search_tells(tmp_path: Path) -> None:
    run = made("xor", "population=20")
    paths = save_plots("latest", [], None, "light")
    assert {path.name for path in paths} == {
        f"{name}{suffix}" for name in ("fitness", "species", "complexity", "champion") for suffix in (".svg", ".png")
    }
    assert all(path.parent.resolve() == run.media.resolve() for path in paths)
    for path in paths:
        if path.suffix == ".svg":
            assert ET.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"
        else:
            with Image.open(path) as picture:
                assert picture.width >= 700


def test_a_single_plot_goes_into_the_file_that_is_named(tmp_path: Path) -> None:
    made("xor", *VECTORS)
    assert save_plots("latest", ["step-size"], tmp_path / "size.svg", "dark") == [tmp_path / "size.svg"]
    with pytest.raises(InputError, match="unknown plot of this run 'species'"):
        save_plots("latest", ["species"], None, "light")
    with pytest.raises(InputError, match="is one file for 3 plots"):
        save_plots("latest", [], tmp_path / "all.png", "light")
    with pytest.raises(InputError, match=r"unknown kind of picture file '.bmp'"):
        save_plots("latest", ["fitness"], tmp_path / "fitness.bmp", "light")


def test_runs_are_compared_in_a_picture(tmp_path: Path) -> None:
    for seed in range(3):
        made("cartpole", "population=20", seed=seed)
        made("cartpole", "population=20", "add_link=0.4", seed=seed)
    assert save_comparison(["cartpole-*"], tmp_path / "both.png").exists()


def test_a_run_without_a_generation_has_nothing_to_plot() -> None:
    run = made("xor", "population=20")
    run.metrics.write_text("")
    with pytest.raises(InputError, match="has no generation to plot yet"):
        save_plots(run.name, [], None, "light")
    with pytest.raises(InputError, match="has no generation to report yet"):
        save_report([find_run("latest").name], None)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("None", "a NoneType, where Frames, a Scene, Answers or a Curve is needed"),
        ("Frames(np.zeros((3, 9, 9), np.uint8), 5)", r"frames of shape \(3, 9, 9\)"),
        ("Frames(np.full((3, 9, 9, 3), 2.0), 5)", "frames of float64 from 2 to 2, where uint8, or floats from 0 to 1, are needed"),
        ("Frames(np.zeros((3, 9, 9, 3), np.uint8), 0)", "an episode at 0 frames a second"),
        ("Answers(np.zeros((3, 2)), np.zeros((3, 1)), np.zeros((2, 1)))", "answers that do not fit together"),
    ],
)
def test_what_cannot_be_drawn_is_told_and_left_out_of_a_report(
    answer: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    showing(tmp_path, answer)
    with pytest.raises(TaskError, match=rf"toy.py:Towards answered, asked to show: .*{message}"):
        save_replay("latest", None, "best", 0)
    assert save_report(["latest"], None).exists()
    assert "the report goes without the champion at work" in capsys.readouterr().err


def test_frames_may_be_numbers_from_0_to_1(tmp_path: Path) -> None:
    showing(tmp_path, "Frames(np.linspace(0, 1, 3 * 9 * 9 * 3).reshape(3, 9, 9, 3), 5)")
    with Image.open(save_replay("latest", tmp_path / "film.png", "best", 0)) as picture:
        assert np.ptp(np.asarray(picture)) > 200


def showing(folder: Path, answer: str) -> None:
    """A run of a task that shows that."""
    path = Path(task_file(folder))
    head = "from neatcore.interfaces import Answers, Frames\n"
    path.write_text(f"{head}{path.read_text()}\n    def show(self, policy, rng):\n        return {answer}\n")
    made(str(path), *VECTORS)


def test_plots_of_what_was_recorded_need_no_task(tmp_path: Path) -> None:
    path = Path(task_file(tmp_path))
    made(str(path), *VECTORS)
    path.unlink()
    assert save_plots("latest", ["fitness", "step-size"], tmp_path, "light")
    with pytest.raises(InputError, match="there is no file"):
        save_plots("latest", ["champion"], tmp_path, "light")


def test_several_runs_in_a_report_are_called_by_what_tells_them_apart(tmp_path: Path) -> None:
    task = task_file(tmp_path)
    made(task, *VECTORS, "population=5")
    made(task, *VECTORS, "population=6")
    made(task, *VECTORS, "population=6")
    made(task, *VECTORS, "population=6", seed=9)
    path = save_report(["*"], tmp_path / "all.html")
    found = re.findall("<h2>([^<]*)</h2>", path.read_text(encoding="utf-8"))
    names = sorted(run.name for run in all_runs(tmp_path / "runs"))[1:3]
    assert found[0] == "Towards population=5"
    assert found[1:3] == [f"Towards population=6, {name}" for name in names]
    assert found[3] == "Towards population=6, seed 9"
