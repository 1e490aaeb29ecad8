from __future__ import annotations

import errno
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.ordeal import contents
from neatcore.errors import InputError, TaskError
from neatcore.files import load
from runner import checkpoint as checkpoints
from runner import session
from runner.directory import Run
from runner.disk import Log, plain
from runner.display import Mute, Outcome, Silent
from runner.record import Recorder
from runner.session import outcome, resume, start
from runner.settings import resolve
from tests.runner.toys import VECTORS, task_file


def begin(task: str, *words: str, seed: int = 3) -> Outcome:
    return start(resolve(task, words), seed, Path("runs"), "neatcore run", Mute())


def test_a_run_leaves_its_files(tmp_path: Path) -> None:
    result = begin("xor", "population=40", "generations=5", "stop_when_solved=false")
    run = Run(result.run)
    rows = run.rows()
    assert [row["generation"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["evaluations"] for row in rows] == [40, 80, 120, 160, 200]
    for row in rows:
        assert row["worst"] <= row["q25"] <= row["median"] <= row["q75"] <= row["best"]
        assert sum(kind["size"] for kind in row["species"]) == 40
    assert run.record["status"] == "finished"
    assert result.best == max(row["best"] for row in rows)
    improved = [n for n, row in enumerate(rows) if row["best"] > max([r["best"] for r in rows[:n]], default=-np.inf)]
    assert [int(path.stem) for path in sorted(run.champions.glob("0*.npz"))] == improved
    assert load(run.champion("final")) is not None
    assert (tmp_path / "runs").is_dir()


def test_a_solved_run_stops_and_its_champion_solves() -> None:
    result = begin("cartpole", "generations=50")
    assert (result.status, result.solved) == ("solved", True)
    assert result.solved_generations == result.generations
    assert Run(result.run).rows()[-1]["solved"]


COSINES = ("encoding=dct", "coefficients=2")


@pytest.mark.parametrize(
    "words",
    [("population=30", "ancestry=true"), VECTORS, (*COSINES, "search=snes"), (*COSINES, "search=cosyne", "wiring=full")],
    ids=["neat", "cma", "snes", "cosyne"],
)
def test_stopping_and_going_on_changes_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    task = task_file(tmp_path)
    whole = begin(task, *words, "generations=9")
    parts = begin(task, *words, "generations=2")
    for _ in range(7):
        resume(Run(parts.run), 1, Mute())
    assert contents(whole.run) == contents(parts.run)


def test_saving_changes_nothing() -> None:
    often = begin("xor", "population=30", "generations=6", "checkpoint_seconds=0")
    seldom = begin("xor", "population=30", "generations=6", "checkpoint_seconds=1000")
    assert contents(often.run) == contents(seldom.run)


def test_a_damaged_checkpoint_costs_only_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = task_file(tmp_path)
    whole = begin(task, *VECTORS, "generations=8")
    run = Run(begin(task, *VECTORS, "generations=6", "checkpoint_seconds=0").run)
    newest = max(run.checkpoints.iterdir())
    newest.write_bytes(newest.read_bytes()[:100])
    result = resume(run, 3, Silent())
    assert "000006.npz is damaged" in capsys.readouterr().err
    assert result.generations == 8
    assert contents(whole.run) == contents(run.path)


def test_without_a_checkpoint_a_run_begins_again(tmp_path: Path) -> None:
    task = task_file(tmp_path)
    result = begin(task, *VECTORS, "generations=4")
    before = contents(result.run)
    run = Run(result.run)
    for path in run.checkpoints.iterdir():
        path.unlink()
    run.update(status="running")
    assert resume(run, None, Mute()).status == "finished"
    assert contents(result.run) == before


def test_a_finished_run_rests_until_it_is_told_for_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(begin("cartpole").run)
    before = contents(run.path)
    assert resume(run, None, Silent()).status == "solved"
    assert "--generations N goes on" in capsys.readouterr().err
    assert contents(run.path) == before
    longer = resume(run, 2, Mute())
    assert longer.generations == len(run.rows()) == len(before["metrics"].splitlines()) + 2


def test_two_cannot_go_on_with_one_run() -> None:
    run = Run(begin("cartpole").run)
    with run.lock(), pytest.raises(InputError, match="being worked on"):
        resume(run, 1, Mute())


def test_an_error_before_the_first_generation_leaves_no_directory(runs: Path) -> None:
    with pytest.raises(InputError, match="use encoding=mlp"):
        begin("xor", "search=cma")
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("raise ZeroDivisionError('by nothing')", r"raised ZeroDivisionError: by nothing \(toy.py:11\)"),
        ("return Evaluation(np.full(policy.size, np.nan))", "Towards.*: fitness is nan for genomes 0, 1"),
        ("return Evaluation(np.where(np.arange(policy.size) == 2, np.inf, 0.0))", "Towards.*: fitness is inf for genomes? 2"),
        ("return Evaluation(np.zeros(policy.size + 1))", "fitness has shape"),
        ("return 3", "returned a int, not an Evaluation"),
    ],
)
@pytest.mark.parametrize("workers", ["workers=1", "pool=thread workers=2"])
def test_a_task_that_fails_is_told_and_the_run_goes_on_when_it_is_mended(
    extra: str, message: str, workers: str, tmp_path: Path
) -> None:
    task_file(tmp_path)
    whole = begin("toy.py", *VECTORS, "generations=4")
    flag = tmp_path / "broken"
    task_file(tmp_path, f"import os; broken = os.path.exists({str(flag)!r})\n        if broken: {extra}")
    text = (tmp_path / "toy.py").read_text().splitlines()
    line = next(number for number, content in enumerate(text, 1) if "if broken" in content)
    run = Run(begin("toy.py", *VECTORS, *workers.split(), "generations=2").run)
    flag.touch()
    with pytest.raises(TaskError, match=message.replace("toy.py:11", f"toy.py:{line}")) as caught:
        resume(run, 2, Mute())
    assert caught.value.__notes__ == [f"go on from the last checkpoint with: neatcore resume {run.path}"]
    assert run.status() == "failed"
    assert "Traceback" in (run.path / "error.log").read_text()
    flag.unlink()
    assert resume(run, None, Mute()).status == "finished"
    assert contents(run.path) == contents(whole.run)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_the_generation(number: signal.Signals, tmp_path: Path) -> None:
    whole = begin(task_file(tmp_path), *VECTORS, "generations=5")
    task_file(tmp_path, f"import signal; signal.raise_signal({int(number)})")
    before = signal.getsignal(number)
    result = begin("toy.py", *VECTORS, "generations=5")
    assert (result.status, result.generations) == ("interrupted", 1)
    assert signal.getsignal(number) is before
    task_file(tmp_path)
    resume(Run(result.run), None, Mute())
    assert contents(result.run) == contents(whole.run)


def test_the_second_signal_stops_at_once(tmp_path: Path) -> None:
    task = task_file(tmp_path, "import signal; signal.raise_signal(signal.SIGINT); signal.raise_signal(signal.SIGINT)")
    with pytest.raises(KeyboardInterrupt):
        begin(task, *VECTORS, "generations=5")
    run = Run(next(Path("runs").iterdir()))
    assert (run.status(), run.rows()) == ("interrupted", [])


def test_a_full_disk_is_told_and_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_file(tmp_path)
    whole = begin(task, *VECTORS, "generations=6")
    append, written = Log.append, []

    def full(log: Log, row: dict[str, Any]) -> None:
        written.append(row)
        if len(written) > 5:
            log._file.write('{"gener')
            log._file.flush()
            raise OSError(errno.ENOSPC, "No space left on device")
        append(log, row)

    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", full)
        with pytest.raises(OSError, match="No space left"):
            begin(task, *VECTORS, "generations=6", "checkpoint_seconds=0", seed=3)
    run = Run(max(Path("runs").iterdir(), key=lambda path: path.stat().st_mtime))
    assert run.status() == "failed"
    assert resume(run, None, Mute()).status == "finished"
    assert contents(run.path) == contents(whole.run)


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(begin(task_file(tmp_path), *VECTORS, "generations=2").run)
    before = {path.name: path.read_bytes() for path in run.checkpoints.iterdir()}

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            resume(run, 2, Mute())
    assert {path.name: path.read_bytes() for path in run.checkpoints.iterdir()} == before
    assert resume(run, None, Mute()).generations == 4


def test_the_outcome_is_read_from_the_files() -> None:
    result = begin("cartpole")
    assert outcome(Run(result.run)) == result
    assert replace(result, status="x").as_json()["run"] == str(result.run)


def test_metrics_are_plain_json() -> None:
    row = plain({"a": np.float64(1.5), "b": np.arange(2), "c": [np.int64(3), float("nan")], 4: np.array(np.inf), "d": None})
    assert row == {"a": 1.5, "b": [0, 1], "c": [3, None], "4": None, "d": None}


def test_a_recorder_that_is_due_never_is_due_twice_at_once(tmp_path: Path) -> None:
    result = begin(task_file(tmp_path), *VECTORS, "generations=1")
    parts = session.assemble(resolve("toy.py", VECTORS), 0)
    recorder = Recorder(Run(result.run), parts.search, parts.rng, None, every=1000)
    assert not recorder.due()
    assert Recorder(Run(result.run), parts.search, parts.rng, None, every=0).due()


def test_even_a_mistake_of_ours_leaves_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "due", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        begin(task_file(tmp_path), *VECTORS)
    run = Run(next(Path("runs").iterdir()))
    assert run.status() == "failed"
    assert "ZeroDivisionError" in (run.path / "error.log").read_text()


GENERALISING = """
    def generalise(self, policy, rng):
        if (Path(__file__).parent / "broken").exists():
            raise RuntimeError("no pictures")
        return {"seen": 1.0, "odd": float("nan")}
"""


def test_what_could_not_be_tested_is_tested_when_the_run_is_resumed(tmp_path: Path) -> None:
    path = tmp_path / "toy.py"
    task_file(tmp_path)
    path.write_text("from pathlib import Path\n" + path.read_text(encoding="utf-8") + GENERALISING, encoding="utf-8")
    (tmp_path / "broken").touch()
    with pytest.raises(TaskError, match="no pictures"):
        begin(str(path), *VECTORS, "generations=2")
    run = Run(next(Path("runs").iterdir()))
    assert "tested" not in run.record
    (tmp_path / "broken").unlink()
    resume(run, None, Mute())
    assert run.record["tested"] == {"seen": 1.0, "odd": None}  # what is no number is no JSON
    assert np.isnan(outcome(run).tested["odd"])


SOLVERS = """
import numpy as np
from neatcore.interfaces import Evaluation

class Low:
    inputs, outputs = 1, 1

    def evaluate(self, policy, rng):
        fitness = rng.random(policy.size)
        return Evaluation(fitness, solved=fitness < 0.5)
"""


def test_champions_are_compared_by_their_own_fitness(tmp_path: Path) -> None:
    """The champion of a generation is its fittest solver, which need not be the fittest."""
    path = tmp_path / "low.py"
    path.write_text(SOLVERS, encoding="utf-8")
    run = Run(begin(str(path), *VECTORS, "generations=12", "stop_when_solved=false", "population=5").run)
    last, _ = checkpoints.latest(run.checkpoints)
    assert last is not None
    assert last.best is not None
    assert last.best.solved
    assert last.best.fitness < 0.5


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("names = 5", "Towards.names is a int; it must be a pair"),
        ("names = (['a'], ['b'])", "Towards.names has 1 inputs and 1 outputs, the task 2 and 1"),
        ("places = np.zeros((2, 2))", "Towards.places is a ndarray; it must be a pair"),
        ("places = np.zeros((2, 2)).tolist(), np.zeros((1, 3)).tolist()", "Towards.places has shapes"),
        ("behaviours, chart, trace = ('x', 'y'), 5, 1", "Towards.chart is a int, not a Scene"),
    ],
)
def test_what_describes_a_task_is_looked_at_before_there_is_a_run(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "toy.py"
    task_file(tmp_path)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n    {line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        begin(str(path), *VECTORS)
    assert not Path("runs").exists()
