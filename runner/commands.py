"""What the commands that evolve do, once their options are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from neatcore.errors import InputError
from runner import session
from runner.directory import find_run, runs_root, slug
from runner.display import Outcome, choose, result
from runner.series import run_series
from runner.settings import Draft, Settings, draft, file_layer, preset_layers


def draft_of(words: Sequence[str], preset: str | None, file: Path | None) -> Draft:
    """Settings from a command line: the first word is the task unless it is a key=value."""
    task, pairs = (words[0], words[1:]) if words and "=" not in words[0] else ("", words)
    written = [file_layer(file)] if file else []
    named = task or str(written[0].sections.get("run", {}).get("task", "") if written else "")
    return draft(task, pairs, [*(preset_layers(preset, named) if preset else []), *written])


def settings_of(words: Sequence[str], preset: str | None, file: Path | None) -> Settings:
    """The same, checked."""
    return draft_of(words, preset, file).build()


def run_one(settings: Settings, seed: int, out: Path | None, command: str, *, as_json: bool, quiet: bool) -> Outcome:
    return session.start(settings, seed, runs_root(out), command, choose(as_json=as_json, quiet=quiet))


def resume_one(reference: str, more: int | None, *, as_json: bool, quiet: bool) -> Outcome:
    return session.resume(find_run(reference), more, choose(as_json=as_json, quiet=quiet))


def run_many(
    settings: Settings, seeds: Sequence[int], out: Path | None, command: str, jobs: int, *, as_json: bool
) -> list[Outcome]:
    """Several seeds, a line each as they end, then what they have in common."""
    from runner.compare import summary
    from runner.listing import print_groups

    outcomes = []
    for outcome in run_series(settings, seeds, runs_root(out), command, jobs):
        outcomes.append(outcome)
        print(json.dumps(outcome.as_json()) if as_json else f"{outcome.run}  {result(outcome)}", flush=True)
    if not as_json:
        print()
        print_groups([summary(slug(settings.run.task), outcomes)])
    return outcomes


def write_template(path: Path) -> None:
    """Write the commented task to begin with; a file that is there stays as it is."""
    if path.suffix != ".py":
        raise InputError(f"{path} must end in .py, such as {path}.py")
    text = files("runner").joinpath("templates/task.py.txt").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("./NAME-OF-THIS-FILE.py", str(path)))
    except FileExistsError:
        raise InputError(f"{path} is there already; choose another name: neatcore new task PATH") from None
    print(f"{path}\nrun it with: neatcore run {path}")
