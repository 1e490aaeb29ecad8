from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from benchmarks.ordeal import contents
from neatcore.errors import TaskError
from neatcore.perceptron import MlpConfig, mlp
from runner.display import Mute
from runner.parallel import Parallel, _prepare
from runner.pools import processes
from runner.series import run_series
from runner.session import start
from runner.settings import resolve
from tasks.registry import find_task
from tests.runner.toys import VECTORS, task_file


def policies(inputs: int, outputs: int, size: int) -> Any:
    encoding, model = mlp(MlpConfig(), inputs, outputs)
    return model.bind(encoding.decode(list(default_rng(1).normal(size=(size, encoding.space.size)))))


@pytest.mark.parametrize("reference", ["cartpole", "gym:CartPole-v1", "xor", "t-maze"])
@pytest.mark.parametrize("workers", [2, 3, 7])
def test_threads_give_what_one_gives(reference: str, workers: int) -> None:
    task = find_task(reference).make()
    policy = policies(task.inputs, task.outputs, 5)
    rngs = default_rng(9), default_rng(9)
    alone = task.evaluate(policy, rngs[0])
    with ThreadPoolExecutor(workers, initializer=_prepare, initargs=(reference, {})) as pool:
        together = Parallel(task, pool, workers).evaluate(policy, rngs[1])
    assert rngs[1].bit_generator.state == rngs[0].bit_generator.state  # from which an examination draws next
    np.testing.assert_array_equal(together.fitness, alone.fitness)
    assert (alone.solved is None) == (reference == "t-maze")
    np.testing.assert_array_equal(together.solved, alone.solved)
    assert together.info.keys() == alone.info.keys()


def test_processes_give_the_run_that_one_gives(tmp_path: Path) -> None:
    task = task_file(tmp_path)
    results = [
        start(resolve(task, [*VECTORS, "generations=4", f"workers={workers}"]), 3, tmp_path / str(workers), "", Mute())
        for workers in (1, 2)
    ]
    assert contents(results[0].run) == contents(results[1].run)


def test_a_worker_that_dies_is_told(tmp_path: Path) -> None:
    task = task_file(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(TaskError, match="a worker died while it evaluated task Towards") as caught:
        start(resolve(task, [*VECTORS, "workers=2"]), 3, tmp_path / "runs", "", Mute())
    assert "neatcore resume" in caught.value.__notes__[0]


def test_workers_leave_signals_to_their_parent() -> None:
    with processes(1) as pool:
        child = pool.submit(os.getpid).result()
        assert pool.submit(signal.getsignal, signal.SIGTERM).result() == signal.SIG_IGN
        assert os.getsid(child) == child


def test_an_error_ends_the_workers() -> None:
    with pytest.raises(KeyError), processes(1) as pool:  # noqa: PT012
        pool.submit(os.getpid).result()
        raise KeyError
    deadline = monotonic() + 10
    while active_children() and monotonic() < deadline:
        sleep(0.01)
    assert active_children() == []


def test_a_series_is_the_same_side_by_side(tmp_path: Path) -> None:
    settings = resolve(task_file(tmp_path), [*VECTORS, "generations=3"])
    one = {outcome.best for outcome in run_series(settings, range(3), tmp_path / "one", "", jobs=1)}
    two = {outcome.best for outcome in run_series(settings, range(3), tmp_path / "two", "", jobs=2)}
    assert one == two
    assert len(one) == 3


def test_a_series_ends_with_the_run_that_is_interrupted(tmp_path: Path) -> None:
    settings = resolve(task_file(tmp_path, "import signal; signal.raise_signal(signal.SIGINT)"), VECTORS)
    (outcome,) = run_series(settings, range(3), tmp_path / "runs", "")
    assert outcome.status == "interrupted"
