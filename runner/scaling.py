"""A champion asked again on larger or smaller substrates: the same genome, another parameter of the task, no more evolution."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import default_rng

from neatcore.errors import require, unknown
from neatcore.files import load
from neatcore.interfaces import Examining, Generalising
from neatcore.loop import blaming, evaluate, examine
from runner.directory import Run, find_run
from runner.disk import read_json, write_json
from runner.session import Parts, assemble
from runner.settings import Layer, Settings, file_layer, resolve
from runner.tables import print_table
from substrates.networks import Synapses

FILE = "scaling.json"


@dataclass(frozen=True)
class Scaled:
    """A genome evaluated once: links there could be and links there are, fitness, what the task says besides.

    parameter, value: what was changed of the task.
    """

    possible: int
    links: int
    fitness: float
    solved: bool
    info: Mapping[str, float]
    seconds: float
    parameter: str = ""
    value: Any = None

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"info": dict(self.info)}


def parse(words: Sequence[str]) -> tuple[str, str, list[str]]:
    """`[RUN] --PARAMETER VALUE VALUE …` as the run, the parameter and its values as they were typed."""
    options = [place for place, word in enumerate(words) if word.startswith("--")]
    usage = "write, for example: neatcore scale latest --resolution 33 55"
    require(len(options) == 1, f"scale takes one parameter of the run's task and the values to try; {usage}")
    before, name, values = words[: options[0]], words[options[0]][2:], list(words[options[0] + 1 :])
    if "=" in name:
        name, _, first = name.partition("=")
        values.insert(0, first)
    require(len(before) <= 1, f"which run? {' and '.join(before)} are several; {usage}")
    require(name and values, f"--{name} has no values; {usage}")
    return (
        (before[0] if before else "latest"),
        name.replace("-", "_"),
        [value for word in values for value in word.split(",") if value],
    )


def scale(reference: str, parameter: str, values: Sequence[str], *, as_json: bool) -> None:
    """Evaluate the champion of a run at each value, after the value it evolved at; print, and keep for the report."""
    rows = []
    for row in keep(find_run(reference), parameter, values):
        rows.append(row)
        if as_json:
            print(json.dumps(row.as_json()), flush=True)
    if not as_json:
        head, *lines = cells(rows)
        print_table(head, lines, right=head[1:])


def keep(run: Run, parameter: str, values: Sequence[str]) -> Iterator[Scaled]:
    """The same as rows, one by one; what was found stays in the run's directory, for its report."""
    rows = []
    for row in scaled(run, parameter, values):
        rows.append(row)
        yield row
    write_json(run.path / FILE, {"rows": [row.as_json() for row in rows]})


def kept(run: Run) -> list[Scaled]:
    """What `scale` last found of a run; nothing where it never was asked."""
    path: Path = run.path / FILE
    found = read_json(path)["rows"] if path.exists() else []
    return [Scaled(**row) for row in found]


def scaled(run: Run, parameter: str, values: Sequence[str]) -> Iterator[Scaled]:
    """One after the other, checked first: the parameter, all values, that genomes can be asked elsewhere, and the memory."""
    settings = resolve(layers=[file_layer(run.config)])
    known = settings.sections.get("task", {})
    if parameter not in known:
        raise unknown(f"parameter of task {settings.run.task}:", parameter, known)
    seed, genome = run.record["seed"], load(run.champion())
    first = assemble(settings, seed)
    tried = [_changed(settings, parameter, value) for value in values]
    for other in [assemble(each, seed) for each in tried]:
        _check(run, first, other, parameter)
    for each in (settings, *tried):
        found = evaluated(assemble(each, seed), genome)
        yield replace(found, parameter=parameter, value=each.sections["task"][parameter])


def _changed(settings: Settings, parameter: str, value: str) -> Settings:
    return resolve(words=[f"task.{parameter}={value}"], layers=[Layer(settings.sections, "the run")])


def _check(run: Run, first: Parts, other: Parts, parameter: str) -> None:
    """InputError unless the genomes that evolved with `first` are genomes of `other` too."""
    same = first.encoding.space == other.encoding.space
    ends = (other.task.inputs, other.task.outputs)
    require(
        same,
        f"run {run.name}: its genomes are made for {first.task.inputs} inputs and {first.task.outputs} outputs and cannot be asked "
        f"about {ends[0]} and {ends[1]}, which another {parameter} needs; evolve with encoding=hyperneat",
    )


def evaluated(parts: Parts, genome: Any) -> Scaled:
    """A genome on the task of `parts`, also on what it did not evolve on where the task has such."""
    begun = perf_counter()
    weights = parts.encoding.decode([genome])
    policy = parts.model.bind(weights)
    episodes = default_rng(0)
    evaluation = evaluate(parts.task, policy, episodes)
    if isinstance(parts.task, Examining):
        evaluation, _ = examine(parts.task, policy, evaluation, np.arange(1), episodes)
    info = {name: float(np.asarray(column)[0]) for name, column in evaluation.info.items()}
    if isinstance(parts.task, Generalising):
        with blaming(parts.task, "in generalise"):
            info |= parts.task.generalise(policy, default_rng(0))
    synapses = weights if isinstance(weights, Synapses) else None
    return Scaled(
        synapses.substrate.links if synapses else 0,
        int(synapses.expressed()[0]) if synapses else 0,
        float(evaluation.fitness[0]),
        bool(evaluation.solved is not None and evaluation.solved[0]),
        info,
        perf_counter() - begun,
    )


def cells(rows: Sequence[Scaled]) -> list[tuple[str, ...]]:
    """A table for people: a head, then a line for each row."""
    names = list(rows[0].info)
    lines = [
        (
            f"{row.value}{' (evolved)' if place == 0 else ''}",
            f"{row.links:,}",
            f"{row.possible:,}",
            f"{row.fitness:,.6g}",
            *(f"{row.info[name]:.4g}" for name in names),
            "yes" if row.solved else "no",
            f"{row.seconds:.2f}",
        )
        for place, row in enumerate(rows)
    ]
    return [(rows[0].parameter, "links", "possible", "fitness", *names, "solved", "seconds"), *lines]
