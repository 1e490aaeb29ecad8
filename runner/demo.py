"""The demonstration: three evolutions that take seconds, and one page about them."""

from __future__ import annotations

import shlex
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from runner.commands import settings_of
from runner.directory import Run, runs_root
from runner.disk import write_text
from runner.display import Outcome, Silent, choose, result
from runner.media import report_data
from runner.scaling import keep
from runner.session import start
from viz.report import ReportData, report

TITLE = "Three small evolutions"
TARGET = Path(__file__).parent / "templates" / "target.png"  # what a network painted that was written by hand


@dataclass(frozen=True)
class Exhibit:
    """A run to be shown. text: what the page says of it. words, preset, seed: as on the command line. scale: a parameter of the
    task, and the values at which the champion is asked again."""

    title: str
    text: str
    words: Sequence[str]
    seed: int
    preset: str | None = None
    scale: tuple[str, Sequence[str]] | None = None

    @property
    def command(self) -> str:
        """The command that makes the same run."""
        chosen = ["--preset", self.preset] if self.preset else []
        return shlex.join(["neatcore", "run", *self.words, *chosen, "--seed", str(self.seed)])


EXHIBITS = (
    Exhibit(
        title="NEAT: a network that grows, and remembers",
        text="Keep a long and a short pole upright on a cart, told only where things are, not how fast they move. To know which "
        "way a pole is falling a network must compare now with before, so NEAT may grow links that close cycles. Fitness gives "
        "0.1 for lasting 1,000 steps and more for a calm cart; a solution has to last 100,000 steps, and 1,000 from at least 200 "
        "of 625 other starts.",
        words=("double-pole-no-velocity",),
        seed=7,
        preset="stanley2002",
    ),
    Exhibit(
        title="A CPPN: a network that paints",
        text="The same kind of network, asked how bright each place is: x, y and the distance to the middle go in, ink comes out. "
        "Evolved towards a small picture, it is a function of place, and can be asked anywhere.",
        words=(f"pattern:{TARGET}", "generations=100", "goal=0.995"),
        seed=1,
        preset="cppn",
    ),
    Exhibit(
        title="HyperNEAT: a pattern that is a brain",
        text="Two boxes stand in a field of 11 × 11 pixels; point at the middle of the larger one. The network has an input and an "
        "output for every pixel and 14,641 possible links. None of them is a gene: a CPPN, asked about the two ends of a link, "
        "answers its weight. So what evolves is the pattern of all links, and the same genome can be asked about larger fields.",
        words=("boxes", "stop_when_solved=true"),
        seed=4,
        preset="stanley2009",
        scale=("resolution", ("33", "55")),
    ),
)


def demonstrate(root: Path | None = None, exhibits: Sequence[Exhibit] = EXHIBITS) -> list[Outcome]:
    """Evolve each exhibit in a run directory of its own, all in one new folder; then write the page there and print its path.

    The outcomes; after one that was interrupted there are no further runs, and no page.
    """
    folder = runs_root(root) / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    outcomes: list[Outcome] = []
    for exhibit in exhibits:
        outcomes.append(_evolve(exhibit, folder))
        if outcomes[-1].status == "interrupted":
            return outcomes
    page = folder / "report.html"
    runs = [Run(outcome.run) for outcome in outcomes]
    write_text(page, report([_described(*pair) for pair in zip(exhibits, runs, strict=True)], title=TITLE))
    print(f"\nrun one of them again: {exhibits[-1].command}")
    print(f"see its champion:      neatcore replay {runs[-1].path}")
    print(f"the page about them:\n{page}")
    return outcomes


def _evolve(exhibit: Exhibit, folder: Path) -> Outcome:
    """One run, under its title; live on a terminal, else its result in a line."""
    print(f"\n{exhibit.title}\n  {exhibit.command}", flush=True)
    live = sys.stdout.isatty()
    settings = settings_of(exhibit.words, exhibit.preset, None)
    display = choose(as_json=False, quiet=False) if live else Silent()
    outcome = start(settings, exhibit.seed, folder, exhibit.command, display)
    if not live:
        print(f"  {result(outcome)}", flush=True)
    if exhibit.scale and outcome.status != "interrupted":
        deque(keep(Run(outcome.run), *exhibit.scale), maxlen=0)
    return outcome


def _described(exhibit: Exhibit, run: Run) -> ReportData:
    """What the page says of a run: the exhibit's words instead of the task's."""
    return replace(report_data(run), title=exhibit.title, task=exhibit.text)
