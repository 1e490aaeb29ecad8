"""Tables on the screen: tasks, runs, comparisons, the keys of the settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path

from neatcore.errors import InputError
from neatcore.files import load
from neatcore.genome import Genome
from runner.ancestry import ancestors
from runner.changes import changes
from runner.commands import draft_of
from runner.compare import Group, Spread, compare
from runner.directory import Run, find_run, find_runs
from runner.display import Outcome
from runner.keys import Key, explain
from runner.presets import PRESETS
from runner.session import outcome
from runner.settings import draft, file_layer
from runner.tables import print_table
from tasks.registry import list_tasks


def print_tasks(*, as_json: bool) -> None:
    entries = list_tasks()
    if as_json:
        for entry in entries:
            print(json.dumps({"name": entry.name, "summary": entry.summary, "parameters": list(entry.parameters)}))
        return
    print_table(("task", "what it is", "parameters"), [(e.name, e.summary, ", ".join(e.parameters)) for e in entries])
    print("\nyour own: file.py:Class or module:Class; `neatcore new task` writes one to begin with")
    print(f"presets: {', '.join(PRESETS)}")


def print_runs(references: list[str], *, as_json: bool) -> None:
    runs = find_runs(references)
    outcomes = [outcome(run) for run in runs]
    if as_json:
        for each in outcomes:
            print(json.dumps(each.as_json()))
    elif not runs:
        print("no runs yet; begin with: neatcore run xor")
    else:
        head = ("run", "status", "generations", "evaluations", "best")
        rows = [(r.name, o.status, f"{o.generations:,}", f"{o.evaluations:,}", _number(o.best)) for r, o in zip(runs, outcomes)]
        print_table(head, rows, right=head[2:], whole="run")


def print_run(reference: str, *, as_json: bool) -> None:
    run = find_run(reference)
    record, result = run.record, outcome(run)
    if as_json:
        print(json.dumps(record | result.as_json()))
        return
    print_table(("", ""), _facts(run, result))
    said = "task", "generations"  # of which more is known than the settings with which the run began
    changed = [key for key in explain(draft(layers=[file_layer(run.config)])) if key.changed and key.name not in said]
    if changed:
        print("\nsettings that are not defaults:")
        print_table(("", ""), [(f"{key.section}.{key.name}", key.value) for key in changed])
    try:
        champion = load(run.champion())
    except InputError as error:
        print(f"\n{error}")
    else:
        words = champion if isinstance(champion, Genome) else f"{champion.size:,} numbers"
        print(f"\nchampion: {words}")


def print_ancestry(reference: str, *, as_json: bool) -> None:
    """The best champion's ancestors that differ from their mothers, the oldest first, and how."""
    steps = changes([*ancestors(find_run(reference))][::-1])
    rows = [(a.generation, a.genome.hidden, int(a.genome.links["enabled"].sum()), words) for a, words in steps]
    head = ("generation", "hidden", "links", "what changed")
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(head, row))))
        return
    print_table(head, [tuple(map(str, row)) for row in rows], right=head[:3])


def print_comparison(references: list[str], *, as_json: bool) -> None:
    runs = find_runs(references)
    if not runs:
        raise InputError("there are no runs to compare; make some with: neatcore run xor --seeds 10")
    groups = compare(runs)
    if as_json:
        for group in groups:
            print(json.dumps(group.as_json()))
    else:
        print_groups(groups)


def print_groups(groups: Sequence[Group]) -> None:
    """Success rate, and median [quartiles] of the solved runs' length and of the best fitness of all.

    Where networks are trained: their parameters, and the steps. Figures on what was never seen, where there are any.
    """
    trains = any(group.unit == "step" for group in groups)
    tested = list(dict.fromkeys(name for group in groups for name in group.tested))
    sizes = ["parameters", "weights"] if any(group.counts for group in groups) else []
    work = ["steps"] if trains else ["solved", "generations", "evaluations"]
    head = ("runs of", *sizes, *work, "best fitness", *(f"tested: {name.replace('_', ' ')}" for name in tested))
    rows = []
    for group in groups:
        counts = [f"{group.counts[key]:,}" if group.counts else "–" for key in ("trained", "weights")[: len(sizes)]]
        done = [_spread(group.work) + ("" if group.unit == "step" else " evaluations")] if trains else _solved(group)
        rows.append((group.label, *counts, *done, _spread(group.best), *(_spread(group.tested.get(name)) for name in tested)))
    print_table(head, rows, right=head[1:])


def print_keys(words: Sequence[str], preset: str | None, file: Path | None, *, as_json: bool) -> None:
    keys = explain(draft_of(words, preset, file))
    if as_json:
        for key in keys:
            print(json.dumps(asdict(key)))
        return
    print_table(("key", "value", "range", "meaning"), [_key(key) for key in keys])
    print("\n* not the default. Set a key with key=value, or section.key=value where two sections have it.")


def _facts(run: Run, result: Outcome) -> list[tuple[str, str]]:
    record = run.record
    solved = f"in {result.solved_generations} generations, {result.solved_evaluations:,} evaluations" if result.solved else "no"
    return [
        ("run", str(run.path)),
        ("task", str(record["task"])),
        ("status", result.status),
        ("solved", solved),
        ("generations", f"{result.generations:,} of {record['goal']['generations']:,}"),
        (f"{result.unit}s", f"{result.evaluations:,}"),
        ("best fitness", _number(result.best)),
        *[(f"tested: {name.replace('_', ' ')}", _number(value)) for name, value in result.tested.items()],
        ("seed", str(record["seed"])),
        ("started", str(record["started"])),
        ("command", str(record["command"])),
        ("versions", ", ".join(f"{name} {number}" for name, number in record["versions"].items())),
    ]


def _solved(group: Group) -> list[str]:
    share = f"{group.solved}/{group.runs} {100 * group.solved / group.runs:.0f} %"
    return [share, _spread(group.generations), _spread(group.evaluations)]


def _spread(spread: Spread | None) -> str:
    return f"{_number(spread.median)} [{_number(spread.q25)} – {_number(spread.q75)}]" if spread else "–"


def _number(value: float | None) -> str:
    if value is None or not isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def _key(key: Key) -> tuple[str, str, str, str]:
    return (f"{key.section}.{key.name}", f"{key.value}{' *' if key.changed else ''}", key.span, key.description)
