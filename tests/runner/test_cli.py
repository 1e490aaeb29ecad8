from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from benchmarks.ordeal import environment, neatcore
from runner import commands, failure
from runner.cli import app
from runner.directory import Run, find_run
from runner.display import Outcome
from tests.runner.toys import VECTORS, task_file
from tests.tasks.files import write_mnist

QUICK = ("population=20", "generations=3")


def call(*words: str) -> Result:
    """The command line in this process, its errors apart."""
    return CliRunner().invoke(app, list(words))


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_help_imports_nothing_heavy(runs: Path) -> None:
    code = (
        "import sys; sys.argv = ['neatcore', '--help']\n"
        "from runner.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'numpy', 'numba', 'pydantic', 'matplotlib', 'gymnasium', 'networkx', 'PIL', 'cmaes', 'rich', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], env=environment(runs), capture_output=True, text=True, check=True)
    assert result.stderr.strip() == "[]"
    assert "Evolve networks that solve a TASK." in result.stdout


@pytest.mark.parametrize(
    "command", ["run", "train", "resume", "ls", "show", "compare", "replay", "plot", "report", "sample", "config", "tasks", "new"]
)
def test_every_command_explains_itself(command: str) -> None:
    assert "Usage:" in call(command, "--help").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "which task?"),
        (["run", "xorr"], "did you mean 'xor'?"),
        (["run", "xor", "poplation=3"], "did you mean 'population'?"),
        (["run", "xor", "--preset", "stanley2022"], "did you mean 'stanley2002'?"),
        (["run", "xor", "--config", "nowhere.toml"], "No such file or directory: nowhere.toml"),
        (["run", "nowhere.py"], "there is no file 'nowhere.py'"),
        (["run", "gym:CartPol-v1"], "CartPole"),
        (["run", "xor", "search=cma"], "encoding=mlp"),
        (["run", "xor", "--data", "folder"], "task xor reads no folder of data: leave --data folder out"),
        (["train", "text:some.txt", "--data", "folder"], "some.txt reads no folder of data"),
        (["run", "mnist", "--data", "nowhere"], "nowhere to find train-images-idx3-ubyte.gz of mnist in; name the folder"),
        (["run", "strokes:nowhere.npz"], "nowhere.npz' of drawings"),
        (["resume", "nowhere"], "there are no runs"),
        (["report"], "there are no runs"),
        (["compare"], "there are no runs"),
        (["config", "xor", "population=0"], "must be at least 2"),
        (["new", "task", "task.txt"], "must end in .py"),
        (["new", "task", "nowhere/task.py"], "No such file or directory: nowhere/task.py"),
    ],
)
def test_bad_input_is_told_in_two_lines_at_most(words: list[str], message: str) -> None:
    result = call(*words)
    assert result.exit_code == failure.BAD_INPUT
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert len(result.stderr.splitlines()) <= 2
    assert result.stdout == ""


def test_a_folder_of_data_is_a_parameter_of_the_task(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mine" / "mnist")
    words = ("population=5", "generations=1", "sampled=0", "--data", "mine", "data=elsewhere")
    assert call("run", "mnist", *words).exit_code == 0
    run = find_run("latest")
    assert f'data = "{tmp_path / "mine"}"' in run.config.read_text()
    assert {"accuracy", "cross_entropy"} <= set(run.record["tested"])
    write_mnist(tmp_path / "other")
    assert call("run", "--from", "latest", "generations=1", "--data", "other").exit_code == 0
    assert f'data = "{tmp_path / "other"}"' in find_run("latest").config.read_text()


def test_the_traceback_is_there_for_the_asking(runs: Path) -> None:
    assert "Traceback" not in neatcore(runs, "run", "xorr").stderr
    assert "Traceback" in neatcore(runs, "run", "xorr", "--traceback").stderr


def test_a_failing_task_has_its_own_exit_code(tmp_path: Path) -> None:
    result = call("run", task_file(tmp_path, "raise OSError(5, 'no such sensor')"), *VECTORS)
    assert result.exit_code == failure.TASK_FAILED
    assert "raised OSError" in result.stderr
    assert "toy.py:11" in result.stderr
    assert "neatcore resume" in result.stderr


def test_not_solved_is_an_error_only_when_asked_for(tmp_path: Path) -> None:
    task = task_file(tmp_path)
    assert call("run", task, *VECTORS, "generations=2").exit_code == 0
    assert call("run", task, *VECTORS, "--generations", "2", "--require-solved").exit_code == failure.NOT_SOLVED
    assert call("resume", "--require-solved").exit_code == failure.NOT_SOLVED
    assert call("run", "cartpole", "--require-solved").exit_code == 0


def test_piped_output_has_a_line_a_generation() -> None:
    first, *generations, result, folder, _ = call("run", "xor", *QUICK, "--seed", "7").stdout.splitlines()
    assert first.startswith("xor  neat + direct  seed 7  in ")
    assert [line.split()[1] for line in generations] == ["0", "1", "2"]
    assert result.startswith("not solved in 3 generations, 60 evaluations, best fitness ")
    assert Run(Path(folder)).record["command"].startswith("neatcore")


def test_json_is_one_object_a_line_and_equals_the_metrics() -> None:
    *rows, last = objects(call("run", "xor", *QUICK, "--json").stdout)
    run = find_run("latest")
    assert rows == run.rows()
    assert (last["run"], last["status"], last["solved"], last["evaluations"]) == (str(run.path), "finished", False, 60)


def test_quiet_tells_the_outcome_alone() -> None:
    assert len(call("run", "xor", *QUICK, "--quiet").stdout.splitlines()) == 3


def test_a_run_goes_where_out_says(tmp_path: Path) -> None:
    call("run", "xor", *QUICK, "--out", "elsewhere", "-q")
    assert len(list((tmp_path / "elsewhere").glob("xor-*/run.json"))) == 1
    assert not (tmp_path / "runs").exists()


def test_a_config_file_of_a_run_begins_the_same_run() -> None:
    call("run", "xor", *QUICK, "--seed", "5", "-q")
    first = find_run("latest")
    call("run", "--config", str(first.config), "--seed", "5", "-q")
    assert find_run("latest").metrics.read_bytes() == first.metrics.read_bytes()
    assert find_run("latest") != first


def test_runs_are_listed_and_described(tmp_path: Path) -> None:
    assert "no runs yet" in call("ls").stdout
    call("run", "cartpole", "population=21", "-q")
    call("run", task_file(tmp_path), *VECTORS, "generations=2", "-q")
    head, first, second = call("ls").stdout.splitlines()
    assert head.split() == ["run", "status", "generations", "evaluations", "best"]
    assert "cartpole" in first
    assert " solved " in first
    assert "Towards" in second
    assert " finished " in second
    assert [row["status"] for row in objects(call("ls", "--json").stdout)] == ["solved", "finished"]
    shown = call("show", "cartpole").stdout
    assert "search.population  21" in shown
    assert "champion: " in shown
    (described,) = objects(call("show", "--json").stdout)
    assert described["seed"] == 0


def test_runs_are_compared_by_settings(tmp_path: Path) -> None:
    task = task_file(tmp_path)
    for seed in range(3):
        call("run", task, *VECTORS, "generations=2", "--seed", str(seed), "-q")
    call("run", "cartpole", "--seeds", "2", "workers=2", "pool=thread")
    call("run", "cartpole", "--seed", "2", "-q")
    plain, solved = objects(call("compare", "--json").stdout)
    assert (plain["runs"], plain["solved"], plain["evaluations"]) == (3, 0, None)
    assert (solved["runs"], solved["solved"]) == (3, 3)
    assert solved["evaluations"]["q25"] <= solved["evaluations"]["median"] <= solved["evaluations"]["q75"]
    table = call("compare", "cartpole-*").stdout.splitlines()
    assert len(table) == 2
    assert table[1].startswith("cartpole  3/3 100 %")


def test_runs_that_came_as_far_are_compared_together_however_they_came_there(tmp_path: Path) -> None:
    task = task_file(tmp_path)
    call("run", task, *VECTORS, "generations=3", "-q")
    call("run", task, *VECTORS, "generations=1", "-q")
    call("resume", "latest", "--generations", "2", "-q")
    (group,) = objects(call("compare", "--json").stdout)
    assert group["runs"] == 2


def test_a_series_that_is_stopped_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Outcome(Path("my runs/a"), "interrupted", 3, 30, 1.0, False, None, None)
    monkeypatch.setattr(commands, "run_series", lambda *_: iter([replace(stopped, status="finished"), stopped]))
    told = call("run", "xor", "--seeds", "4").stdout
    assert "my runs/a  not solved in 3 generations, 30 evaluations\nmy runs/a  stopped after 3 generations\n" in told
    assert "xor      0/1 0 %" in told
    assert told.endswith("go on with: neatcore resume 'my runs/a'\nnot begun: seeds 2, 3\n")


def test_labels_say_what_one_would_have_to_write(tmp_path: Path) -> None:
    begin = ("generations=1", "stop_when_solved=false", "-q")
    for words in (
        ("xor",),
        ("xor", "--preset", "lehman2011"),
        ("xor", "--preset", "lehman2011", "population=151"),
        ("xor", "search=cma", "encoding=mlp", "hidden=[3]"),
        ("cartpole",),
    ):
        assert call("run", *words, *begin).exit_code == 0
    labels = [row["label"] for row in objects(call("compare", "--json").stdout)]
    assert labels == [
        "xor",
        "xor --preset lehman2011",
        "xor --preset lehman2011 population=151",
        "xor search=cma encoding=mlp",
        "cartpole",
    ]
    few = [row["label"] for row in objects(call("compare", "xor-*", "--json").stdout)]
    assert few == labels[:4]


def test_a_task_whose_file_is_gone_is_compared_all_the_same(tmp_path: Path) -> None:
    task = Path(task_file(tmp_path).partition(":")[0])
    for words in (("generations=1",), ("generations=2", "population=7", "sigma=0.3", "stop_when_solved=false")):
        assert call("run", str(task), *VECTORS, *words, "-q").exit_code == 0
    task.unlink()
    one, other = (row["label"] for row in objects(call("compare", "--json").stdout))
    assert "generations=1" in one
    assert "generations=2" in other


def test_several_seeds_get_a_line_each_and_a_summary() -> None:
    lines = call("run", "cartpole", "--seeds", "3", "--seed", "10").stdout.splitlines()
    assert [line.split()[0].rpartition("-")[2] for line in lines[:3]] == ["10", "11", "12"]
    assert lines[-1].startswith("cartpole  3/3 100 %")


def test_every_key_is_explained() -> None:
    keys = {f"{key['section']}.{key['name']}": key for key in objects(call("config", "parity", "population=33", "--json").stdout)}
    assert keys["search.population"]["value"] == "33"
    assert keys["search.population"]["default"] == "150"
    assert keys["search.population"]["span"] == "integer, 2 … 1000000"
    assert keys["task.bits"]["span"] == "integer, 2 … 10"
    assert keys["run.pool"]["span"] == "process | thread"
    assert all(key["description"] for key in keys.values())
    assert "search.sigma" in call("config", "xor", "search=cma", "encoding=mlp").stdout
    assert "33 *" in call("config", "population=33").stdout


def test_tasks_are_listed() -> None:
    names = [row["name"] for row in objects(call("tasks", "--json").stdout)]
    assert {"xor", "cartpole", "double-pole-no-velocity", "gym:ID"} <= set(names)
    assert "stanley2002" in call("tasks").stdout


def test_the_template_runs_as_it_is(tmp_path: Path) -> None:
    assert call("new", "task", "mine.py").exit_code == 0
    assert "neatcore run mine.py" in (tmp_path / "mine.py").read_text()
    again = call("new", "task", "mine.py")
    assert again.exit_code == failure.BAD_INPUT
    assert "is there already" in again.stderr
    assert "such as mine.py" in call("new", "task", "mine.txt").stderr
    assert "run it with: neatcore run 'my own.py'" in call("new", "task", "my own.py").stdout
    assert call("run", "mine.py", *QUICK, "-q").exit_code == 0


def test_a_reader_that_goes_away_ends_the_run_quietly(runs: Path) -> None:
    command = f"{sys.executable} -m runner.cli run xor population=20 stop_when_solved=false generations=5000 | head -1"
    result = subprocess.run(["bash", "-c", command], env=environment(runs), capture_output=True, text=True, check=True, timeout=60)
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 1
    assert find_run("latest").status() == "interrupted"
