from __future__ import annotations

from pathlib import Path

import pytest

from neatcore.errors import InputError
from runner.directory import Run, all_runs, create, find_run, find_runs, runs_root, slug
from runner.disk import write_json


def new(root: Path, task: str = "xor", seed: int = 1) -> Run:
    return create(root, "[run]\n", task, seed, {"generations": 3, "solved": True}, "neatcore run xor")


def test_a_new_run_has_a_name_of_its_own(runs: Path) -> None:
    made = [new(runs) for _ in range(3)]
    assert len({run.name for run in made}) == 3
    assert all(run.name.startswith("xor-20") for run in made)
    assert made[0].record["seed"] == 1
    assert made[0].record["versions"]["neatcore"]
    assert [run.path for run in all_runs(runs)] == [run.path for run in made]


def test_a_run_that_is_stopped_while_it_is_made_leaves_nothing(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("runner.directory.write_json", stopped)
    with pytest.raises(KeyboardInterrupt):
        new(runs)
    assert not list(runs.iterdir())


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("xor", "xor"),
        ("gym:CartPole-v1", "CartPole-v1"),
        ("gym:ALE/Pong-v5", "Pong-v5"),
        ("/some/where/mytask.py:MyTask", "MyTask"),
        ("some/mytask.py", "mytask"),
        ("package.module:Class", "Class"),
        ("..", "run"),
    ],
)
def test_folders_have_short_names(task: str, name: str) -> None:
    assert slug(task) == name


def test_a_run_is_found_by_path_name_beginning_and_age(runs: Path, tmp_path: Path) -> None:
    first, second = new(runs, "xor"), new(runs, "cartpole")
    elsewhere = new(tmp_path / "elsewhere")
    assert find_run(str(elsewhere.path)) == elsewhere
    assert find_run(first.name) == first
    assert find_run("cart") == second
    assert find_run("latest") == second


def test_a_run_that_is_not_there_is_told(runs: Path) -> None:
    with pytest.raises(InputError, match=r"there are no runs in .*; begin with: neatcore run xor"):
        find_run("latest")
    made = [new(runs), new(runs)]
    with pytest.raises(InputError, match=r"unknown run 'xro-2.*'; did you mean 'xor-2"):
        find_run(made[0].name.replace("xor", "xro"))
    with pytest.raises(InputError, match="2 runs begin with 'xor': xor-2"):
        find_run("xor")


def test_several_runs_are_found_by_folder_and_pattern(runs: Path, tmp_path: Path) -> None:
    made = [new(runs, "xor"), new(runs, "xor", seed=2), new(runs, "cartpole")]
    other = new(tmp_path / "other")
    assert find_runs([]) == made
    assert find_runs(["xor-*"]) == made[:2]
    assert find_runs([str(runs / "xor-*-2")]) == [made[1]]
    assert find_runs([str(tmp_path / "other"), "cart"]) == [other, made[2]]
    assert find_runs(["cart", "cartpole-*"]) == [made[2]]
    with pytest.raises(InputError, match="no run matches 'parity"):
        find_runs(["parity*"])
    with pytest.raises(InputError, match="is no run directory, and holds none"):
        find_runs([str(made[0].media)])


def test_a_held_run_is_running_and_a_forsaken_one_was_killed(runs: Path) -> None:
    run = new(runs)
    with run.lock():
        assert run.status() == "running"
        with pytest.raises(InputError, match="is being worked on by another process"), run.lock():
            pass
    assert run.status() == "killed"
    run.update(status="solved")
    assert run.status() == "solved"


def test_runs_are_kept_where_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert runs_root(Path("a")) == Path("a")
    monkeypatch.setenv("NEATCORE_RUNS", "b")
    assert runs_root() == Path("b")
    monkeypatch.delenv("NEATCORE_RUNS")
    assert runs_root() == Path("runs")


def test_a_champion_is_found_by_name(runs: Path) -> None:
    run = new(runs)
    with pytest.raises(InputError, match="has no champion yet"):
        run.champion()
    for name in ("000000", "000007", "final"):
        (run.champions / f"{name}.npz").touch()
    assert run.champion().stem == "000007"
    assert run.champion("0").stem == "000000"
    assert run.champion("final").stem == "final"
    with pytest.raises(InputError, match=r"unknown champion 'fnal'; did you mean 'final'?"):
        run.champion("fnal")


def test_a_damaged_record_is_told(runs: Path) -> None:
    run = new(runs)
    write_json(run.path / "run.json", {**run.record, "seed": "one"})
    with pytest.raises(InputError, match=r"run.json is damaged: 'seed' is 'one'"):
        find_run(str(run.path)).status()


def test_a_run_that_cannot_be_read_does_not_hide_the_others(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = new(runs), new(runs)
    (bad.path / "run.json").write_text("")
    assert [run.name for run in all_runs(runs)] == [good.name]
    assert f"left out: {bad.path / 'run.json'} is not JSON" in capsys.readouterr().err
    assert find_run("latest").name == good.name
    with pytest.raises(InputError, match="is not JSON"):
        _ = find_run(bad.name).record
