from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from numpy.random import default_rng

from benchmarks.ordeal import COMMAND, environment, killed_at_work, length, neatcore, only, ordeal
from runner.directory import Run
from runner.session import outcome
from tests.runner.toys import VECTORS, task_file

SLOW = "import time; time.sleep(0.1)"
XOR = ("xor", "population=60", "generations=300", "stop_when_solved=false", "checkpoint_seconds=0.05", "--seed", "4", "--quiet")
KEPT = ("xor", "population=60", "generations=60", "stop_when_solved=false", "ancestry=true", *XOR[4:])
HANGING = "import time; time.sleep(30)"


def test_a_run_killed_at_random_moments_ends_as_if_it_never_was(tmp_path: Path) -> None:
    found = ordeal(tmp_path, XOR, kills=2, seconds=0.3, rng=default_rng(11))
    assert found.survived, found.files
    assert found.met > 0


def test_so_do_the_ancestors_that_it_keeps(tmp_path: Path) -> None:
    found = ordeal(tmp_path, KEPT, kills=2, seconds=0.3, rng=default_rng(12))
    assert found.survived, found.files
    assert found.met > 0
    assert sum(name.startswith("ancestry/") for name in found.files) == 60


def test_a_killed_run_says_so_and_leaves_no_workers(tmp_path: Path, runs: Path) -> None:
    task = task_file(tmp_path, SLOW)
    assert killed_at_work(runs, ["run", task, *VECTORS, "workers=2"], 0.1)
    run = Run(only(runs))
    assert outcome(run).status == "killed"
    deadline = time.monotonic() + 10
    while workers_of(run) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers_of(run) == []


def workers_of(run: Run) -> list[str]:
    """Command lines of processes that were spawned in the run's environment and still live."""
    marker = f"NEATCORE_RUNS={run.path.parent}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue  # ended meanwhile
    return found


@pytest.mark.parametrize(("extra", "signals", "generations"), [(SLOW, 1, 1), (HANGING, 2, 0)], ids=["once", "twice"])
def test_ctrl_c(tmp_path: Path, runs: Path, extra: str, signals: int, generations: int) -> None:
    task = task_file(tmp_path, f"open({str(tmp_path / 'begun')!r}, 'w').close(); {extra}")
    process = subprocess.Popen(
        [*COMMAND, "run", task, *VECTORS], env=environment(runs), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "begun").exists() and process.poll() is None:
        time.sleep(0.01)
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "once more stops at once" in err
    assert f"neatcore resume {only(runs)}" in out + err
    assert "Traceback" not in err
    assert len(Run(only(runs)).rows()) >= generations
    assert Run(only(runs)).status() == "interrupted"


def test_a_disk_that_is_really_full(tmp_path: Path, runs: Path) -> None:
    limit = 30_000  # bytes a file: metrics.jsonl reaches it
    limited = (
        f"import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY)); "
        "runpy.run_module('runner.cli', run_name='__main__')"
    )
    words = ["run", task_file(tmp_path), *VECTORS, "generations=300", "checkpoint_seconds=1000", "-q"]
    full = subprocess.run(
        [sys.executable, "-c", limited, *words], env=environment(runs), capture_output=True, text=True, check=False, timeout=300
    )
    assert full.returncode == 4
    assert full.stderr.startswith("error: File too large")
    assert f"neatcore resume {only(runs)}" in full.stderr
    assert "Traceback" not in full.stderr
    assert length(runs) == limit
    assert neatcore(runs, "resume", "-q").returncode == 0
    assert len(Run(only(runs)).rows()) == 300
