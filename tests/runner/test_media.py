from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from neatcore.errors import InputError, TaskError
from runner.directory import Run, find_run
from runner.display import Mute
from runner.media import save_comparison, save_plots, save_replay, save_report
from runner.session import start
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


def test_a_report_of_several_runs(runs: Path, tmp_path: Path) -> None:
    made("xor", "population=20")
    made("cartpole", "population=20", "steps=50")
    path = save_report(["xor", "cart"], tmp_path / "both.html")
    assert path.read_text(encoding="utf-8").count("<article") == 2


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
    with pytest.raises(TaskError, match="raised KeyError in show: 'lost'"):
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
