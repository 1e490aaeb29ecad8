"""What a person sees of a run: a live panel on a terminal, a line a generation in a pipe, JSON, or the end alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shlex import quote
from typing import Any, Protocol


@dataclass(frozen=True)
class Facts:
    """What does not change while a run goes on."""

    run: Path
    task: str
    search: str
    encoding: str
    seed: int
    generations: int
    counts: Mapping[str, int] = field(default_factory=dict)  # of what is searched, where the encoding says

    @property
    def size(self) -> str:
        """How many numbers stand for how many weights, in words."""
        return size(self.counts)


@dataclass(frozen=True)
class Outcome:
    """How a run stands. The numbers of generations and evaluations to the first solution are None where there is none.

    unit: what `evaluations` counts: evaluations, or steps down a gradient. tested: figures of the champion on what it never saw.
    counts: as the encoding counts its parameters.
    """

    run: Path
    status: str
    generations: int
    evaluations: int
    best: float | None
    solved: bool
    solved_generations: int | None
    solved_evaluations: int | None
    unit: str = "evaluation"
    tested: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        from runner.disk import plain

        found: dict[str, Any] = plain(asdict(self) | {"run": str(self.run)})
        return found


def size(counts: Mapping[str, int]) -> str:
    """How many numbers stand for how many weights, in words; nothing where it is not known."""
    if not counts:
        return ""
    trained, weights = counts["trained"], counts["weights"]
    return f"{trained:,} parameters" + (f" for a network of {weights:,}" if weights != trained else "")


class Display(Protocol):
    """Told what happens in a run."""

    def showing(self, facts: Facts) -> Any:
        """A context in which the run goes on."""
        ...

    def notice(self, text: str) -> None:
        """Something that a person should know now."""
        ...

    def generation(self, row: Mapping[str, Any]) -> None:
        """The metrics of one generation. Must be cheap."""
        ...

    def finish(self, outcome: Outcome) -> None:
        """The run has ended, or was stopped."""
        ...


class Quiet:
    """Warnings and the last lines, no more."""

    @contextmanager
    def showing(self, facts: Facts) -> Iterator[None]:  # noqa: ARG002
        yield

    def notice(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def generation(self, row: Mapping[str, Any]) -> None:
        pass

    def finish(self, outcome: Outcome) -> None:
        print(ending(outcome), flush=True)


class Lines(Quiet):
    """One plain line a generation."""

    @contextmanager
    def showing(self, facts: Facts) -> Iterator[None]:
        print(f"{facts.task}  {facts.search} + {facts.encoding}  seed {facts.seed}  in {facts.run}", flush=True)
        if facts.size:
            print(facts.size, flush=True)
        yield

    def generation(self, row: Mapping[str, Any]) -> None:
        if "steps" in row:
            print(f"generation {row['generation']}  steps {row['steps']}  {learning(row)}  best {row['best']:.6g}", flush=True)
            return
        species = f"  species {len(row['species'])}" if "species" in row else ""
        species += f"  {lesson(row)}" if "lesson" in row else ""
        print(
            f"generation {row['generation']}  evaluations {row['evaluations']}  best {row['best']:.6g}  "
            f"median {row['median']:.6g}  mean {row['mean']:.6g}{species}{'  solved' if row['solved'] else ''}",
            flush=True,
        )


class Json(Quiet):
    """One JSON object a line: the metrics of each generation, then the outcome."""

    def generation(self, row: Mapping[str, Any]) -> None:
        print(json.dumps(row), flush=True)

    def finish(self, outcome: Outcome) -> None:
        print(json.dumps(outcome.as_json()), flush=True)


class Silent(Quiet):
    """Warnings alone: someone else tells the outcome."""

    def finish(self, outcome: Outcome) -> None:
        pass


class Mute(Silent):
    """Nothing at all, for one of several processes."""

    def notice(self, text: str) -> None:
        pass


def ending(outcome: Outcome) -> str:
    """The last lines of a run: what came out, and what can be done with it."""
    best = "" if outcome.best is None else f", best fitness {outcome.best:.6g}"
    if outcome.tested:
        best += "\ntested: " + ", ".join(f"{name.replace('_', ' ')} {value + 0.0:.6g}" for name, value in outcome.tested.items())
    if outcome.status == "interrupted":
        return f"{result(outcome)}{best}\ngo on with: neatcore resume {said(outcome.run)}"
    return f"{result(outcome)}{best}\n{outcome.run}\nsee it with: neatcore report {said(outcome.run)}"


def said(path: Path) -> str:
    """A path as one writes it on a command line."""
    return quote(str(path))


def result(outcome: Outcome) -> str:
    """Solved or not, and in what time; or where it was stopped."""
    if outcome.status == "interrupted":
        return f"stopped after {count(outcome.generations, 'generation')}"
    if outcome.solved_generations is not None and outcome.solved_evaluations is not None:
        return f"solved in {count(outcome.solved_generations, 'generation')}, {count(outcome.solved_evaluations, outcome.unit)}"
    verb = "trained for" if outcome.unit == "step" else "not solved in"
    return f"{verb} {count(outcome.generations, 'generation')}, {count(outcome.evaluations, outcome.unit)}"


def learning(row: Mapping[str, Any]) -> str:
    """How a gradient search does, in words: loss 0.123  accuracy 0.97."""
    said = [(name, row[name]) for name in ("collected", "loss", "accuracy", "bits", "variety") if row.get(name) is not None]
    return "  ".join(f"{name} {value:.4g}" for name, value in said)


def lesson(row: Mapping[str, Any]) -> str:
    """What genomes learnt in their lifetime, in words: lesson 0.123 → 0.045, the median loss before the first and the last step."""
    return f"lesson {row['lesson']['first']:.4g} → {row['lesson']['last']:.4g}"


def count(number: int, noun: str) -> str:
    """1 link, 2,000 links."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def choose(*, as_json: bool, quiet: bool) -> Display:
    """The display that suits the options and where the output goes."""
    if as_json:
        return Json()
    if quiet:
        return Quiet()
    if not sys.stdout.isatty():
        return Lines()
    from runner.live import Live

    return Live()
