"""Run directories: where a run's files are, what its state is, and how a person names it."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import Any

from neatcore.errors import InputError, unknown
from runner.disk import read_json, read_log, write_json, write_text

RECORD = "run.json"
FIELDS = {"task": str, "seed": int, "command": str, "started": str, "status": str, "goal": dict, "versions": dict}
PACKAGES = ("neatcore", "numpy", "numba", "scipy", "gymnasium", "cmaes")
EXTRAS = ("jax", "optax", "equinox", "ribs")  # where a run has loaded them


@dataclass(frozen=True)
class Run:
    """One run directory."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def config(self) -> Path:
        return self.path / "config.toml"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def timings(self) -> Path:
        return self.path / "timings.jsonl"

    @property
    def behaviour(self) -> Path:
        return self.path / "behaviour.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def champions(self) -> Path:
        return self.path / "champions"

    @property
    def ancestry(self) -> Path:
        return self.path / "ancestry"

    @property
    def media(self) -> Path:
        return self.path / "media"

    @property
    def record(self) -> dict[str, Any]:
        """What run.json says, by the names in FIELDS; InputError where one is missing."""
        found = read_json(self.path / RECORD)
        for name, kind in FIELDS.items():
            if not isinstance(found.get(name), kind):
                raise InputError(f"{self.path / RECORD} is damaged: {name!r} is {found.get(name)!r}")
        return found

    def update(self, **changes: Any) -> None:
        """Change entries of run.json."""
        write_json(self.path / RECORD, self.record | changes)

    def rows(self) -> list[dict[str, Any]]:
        """The metrics of every generation."""
        return read_log(self.metrics)

    def status(self) -> str:
        """solved, finished, interrupted, failed, running, or killed: it says it runs, and nobody holds its lock."""
        status = str(self.record["status"])
        return "killed" if status == "running" and not self.locked() else status

    def locked(self) -> bool:
        try:
            with self.lock():
                return False
        except InputError:
            return True

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run; InputError where another process does. The system lets go when a process dies, however it dies."""
        with (self.path / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(f"run {self.name} is being worked on by another process") from None
            yield

    def champion(self, which: str = "best") -> Path:
        """The file of the best genome so far, of `final`, or of the generation `which` in which it was the best so far."""
        if which == "best":
            files = sorted(self.champions.glob("[0-9]*.npz"), key=lambda path: int(path.stem))
            if files:
                return files[-1]
            raise InputError(f"run {self.name} has no champion yet; go on with: neatcore resume {self.name}")
        path = self.champions / f"{which.zfill(6) if which.isdigit() else which}.npz"
        if not path.exists():
            raise unknown("champion", which, [file.stem for file in self.champions.glob("*.npz")])
        return path


def runs_root(out: Path | None = None) -> Path:
    """Where runs are kept: `out`, or the folder that NEATCORE_RUNS names, or ./runs."""
    return out or Path(os.environ.get("NEATCORE_RUNS") or "runs")


def create(root: Path, config: str, task: str, seed: int, goal: Mapping[str, Any], command: str) -> Run:
    """A new run directory <task>-<date>-<time>-<seed>, numbered on where there is one of that name."""
    now = datetime.now().astimezone()
    record = {
        "task": task,
        "seed": seed,
        "command": command,
        "started": now.isoformat(),
        "status": "running",
        "goal": goal,
        "versions": versions(),
    }
    run = Run(_new_folder(root, f"{slug(task)}-{now:%Y%m%d-%H%M%S}-{seed}"))
    try:
        for folder in (run.checkpoints, run.champions, run.media):
            folder.mkdir()
        write_text(run.config, config)
        write_json(run.path / RECORD, record)
    except BaseException:  # Ctrl-C too: a folder without a record is no run, and in the way of others
        rmtree(run.path, ignore_errors=True)
        raise
    return run


def versions() -> dict[str, str]:
    """Versions that results may depend on."""
    return {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"} | {
        package: version(package) for package in (*PACKAGES, *(name for name in EXTRAS if name in sys.modules))
    }


def slug(task: str) -> str:
    """A short name for folders: gym:CartPole-v1 → CartPole-v1, ./some/mytask.py:MyTask → MyTask."""
    last = task.removesuffix(".py").rpartition(":")[2].rpartition("/")[2]
    return re.sub(r"[^\w.-]+", "-", last).strip("-.") or "run"


def all_runs(root: Path) -> list[Run]:
    """The runs in a folder, the oldest first. One whose record cannot be read is left out, and that is told."""
    found = []
    for path in root.glob(f"*/{RECORD}"):
        run = Run(path.parent)
        try:
            found.append((str(run.record["started"]), run.name, run))
        except InputError as error:
            print(f"left out: {error}", file=sys.stderr)
    return [run for _, _, run in sorted(found, key=lambda each: each[:2])]


def find_run(reference: str) -> Run:
    """A run by its path, its name, the beginning of its name, or `latest`; InputError names the nearest."""
    root = runs_root()
    for path in (Path(reference), root / reference):
        if (path / RECORD).is_file():
            return Run(path)
    runs = all_runs(root)
    if not runs:
        raise InputError(f"there are no runs in {root}; begin with: neatcore run xor")
    if reference == "latest":
        return runs[-1]
    found = [run for run in runs if run.name == reference] or [run for run in runs if run.name.startswith(reference)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(run.name for run in found[:4]) + (", …" if len(found) > 4 else "")
        raise InputError(f"{len(found)} runs begin with {reference!r}: {listed}")
    raise unknown("run", reference, ["latest", *(run.name for run in runs)])


def find_runs(references: list[str]) -> list[Run]:
    """The runs of several references, each a run, a folder of runs or a pattern; all runs where there are none."""
    if not references:
        return all_runs(runs_root())
    return list({run.path.resolve(): run for reference in references for run in _expand(reference)}.values())


def _expand(reference: str) -> list[Run]:
    folder = Path(reference)
    if folder.is_dir() and not (folder / RECORD).exists():
        runs = all_runs(folder)
        if not runs:
            raise InputError(f"{reference} is no run directory, and holds none")
        return runs
    if not re.search(r"[*?\[]", reference):
        return [find_run(reference)]
    runs = [run for run in all_runs(runs_root()) if Path(run.name).match(reference)]
    runs += [run for run in all_runs(folder.parent) if run.path.match(folder.name)]
    if not runs:
        raise InputError(f"no run matches {reference!r}")
    return runs


def _new_folder(root: Path, stem: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = root / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path
