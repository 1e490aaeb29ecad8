"""Speed beside neat-python: generations and environment steps a second, contestants in turn, medians and ratios.

Neither imports nor compilation are counted, evaluation, species and reproduction are; nothing ends early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from benchmarks.command import run
from benchmarks.peer import neat_python, neat_python_example
from benchmarks.race import Contestant, Heat, Work, neatcore, race
from benchmarks.results import FOLDER, Result, table, write_csv
from benchmarks.sample import Sample, grouped, significant
from neatcore.errors import unknown

OURS, PEER = "neatcore", "neat-python"
SMALL, LARGE, POLES = Work("xor", 150, 50), Work("xor", 10_000, 5), Work("cartpole", 150, 20, episodes=5)
COLUMNS = ("contestant", "generations/s", "middle half", "steps/s", "CPU seconds", "× by the clock", "× by CPU", "species", "links")


@dataclass(frozen=True)
class Match:
    """A race and what is compared: `target` times the rate of neat-python; in environment steps, or else generations."""

    title: str
    contestants: Mapping[str, Contestant]
    target: float
    steps: bool = False

    def rate(self, heat: Heat) -> float:
        """What the match is about, a second."""
        return heat.step_rate if self.steps else heat.generation_rate

    def ratio(self, heats: Mapping[str, Sequence[Heat]], name: str) -> float:
        """How many times the rate of neat-python: the median over the rounds."""
        return float(np.median([self.rate(a) / self.rate(b) for a, b in zip(heats[name], heats[PEER])]))

    def cpu_ratio(self, heats: Mapping[str, Sequence[Heat]], name: str) -> float:
        """The same by processor time, which other processes disturb less."""
        rates = [(self.rate(a) * a.wall / a.cpu) / (self.rate(b) * b.wall / b.cpu) for a, b in zip(heats[name], heats[PEER])]
        return float(np.median(rates))


MATCHES: dict[str, Match] = {
    "xor": Match(
        "XOR, population 150, 50 generations",
        {
            OURS: Contestant(neatcore, SMALL),
            PEER: Contestant(neat_python, SMALL),
            f"{PEER}, its example's settings": Contestant(neat_python_example, SMALL),
        },
        target=10,
    ),
    "xor-large": Match(
        "XOR, population 10,000, 5 generations",
        {OURS: Contestant(neatcore, LARGE), PEER: Contestant(neat_python, LARGE)},
        target=50,
    ),
    "cartpole": Match(
        "CartPole, population 150, 20 generations, 5 episodes a genome",
        {
            OURS: Contestant(neatcore, POLES),
            PEER: Contestant(neat_python, POLES),
            f"{OURS}, gymnasium's CartPole-v1": Contestant(neatcore, Work("gym:CartPole-v1", 150, 20, episodes=5)),
        },
        target=50,
        steps=True,
    ),
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help="matches: " + ", ".join(MATCHES) + "; all where none is named")] = None,
    rounds: Annotated[int, typer.Option(help="heats of every contestant")] = 5,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Compare the speed of NEAT with neat-python 2: pip install neat-python."""
    for name in names or MATCHES:
        if name not in MATCHES:
            raise unknown("match", name, MATCHES)
    heats = {name: race(MATCHES[name].contestants, rounds, Console(highlight=False).print) for name in names or MATCHES}
    write_csv(folder / "speed.csv", [row for name, found in heats.items() for row in records(name, found)])
    result(heats, rounds, " ".join(["python -m benchmarks.speed", *(names or [])])).write(
        folder, packages=(PEER, "gymnasium"), loaded=True
    )


def records(match: str, heats: Mapping[str, Sequence[Heat]]) -> list[dict[str, object]]:
    """A row for every heat."""
    return [
        {"match": match, "contestant": name, "round": number, **asdict(heat)}
        for name, found in heats.items()
        for number, heat in enumerate(found, 1)
    ]


def result(heats: Mapping[str, Mapping[str, Sequence[Heat]]], rounds: int, command: str) -> Result:
    """The page about all matches."""
    ratios = [
        f"{significant(MATCHES[name].ratio(found, OURS))} times neat-python's rate on {MATCHES[name].title}"
        for name, found in heats.items()
    ]
    parts = [f"## {MATCHES[name].title}\n\n{section(MATCHES[name], found)}" for name, found in heats.items()]
    return Result(
        "speed", "Speed beside neat-python", f"{'; '.join(ratios)}.", command, "\n\n".join([introduction(rounds), *parts])
    )


def introduction(rounds: int) -> str:
    """What is measured, and how."""
    return f"""Contestants take turns, {rounds} heats each, one seed a round; the figures are medians over the rounds, and
ratios (×) are medians of the rounds' ratios to neat-python with our settings. Imports and compilation are left out,
evaluation, species and reproduction are counted, and nothing ends early. Steps are those of environments, with
reproduction in the time. Species and links are those of the last generation: at the same settings neat-python's networks
stay smaller, because it divides structural distance by the size of even the smallest genomes and so does not shelter
new structure; its work for each genome is less. All heats: [speed.csv](speed.csv)."""


def section(match: Match, heats: Mapping[str, Sequence[Heat]]) -> str:
    """The table of a match."""
    target = f"Wanted: {match.target:g} times neat-python's {'environment steps' if match.steps else 'generations'} a second."
    return f"{target}\n\n{table(COLUMNS, [_row(match, heats, name) for name in heats])}"


def _row(match: Match, heats: Mapping[str, Sequence[Heat]], name: str) -> list[str]:
    own = heats[name]
    rates = Sample.of([heat.generation_rate for heat in own])
    return [
        name,
        significant(rates.median),
        f"{significant(rates.q25)} to {significant(rates.q75)}",
        significant(_median(own, "step_rate")) if match.steps else "–",
        significant(_median(own, "cpu")),
        significant(match.ratio(heats, name)),
        significant(match.cpu_ratio(heats, name)),
        grouped(_median(own, "species")),
        grouped(_median(own, "links"), 1),
    ]


def _median(heats: Sequence[Heat], column: str) -> float:
    return float(np.median([getattr(heat, column) for heat in heats]))


if __name__ == "__main__":
    run(main)
