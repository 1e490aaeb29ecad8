"""The live panel on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from runner.display import Facts, Outcome, count, ending, learning, lesson

BLOCKS = "▁▂▃▄▅▆▇█"
TINTS = ("blue", "magenta", "cyan", "green", "yellow", "red")  # the terminal's own, so that light and dark both work
CURVE = 36  # characters of a sparkline


class Live:
    """Keeps the last generation; the panel is drawn from it a few times a second, whatever the pace of the run."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._row: Mapping[str, Any] = {}
        self._curves: dict[str, Curve] = {"best": Curve(), "median": Curve()}
        self._note = "starting…"
        self._begun, self._first = monotonic(), 0

    @contextmanager
    def showing(self, facts: Facts) -> Iterator[None]:
        self._facts = facts
        with RichLive(get_renderable=self.panel, console=self._console, refresh_per_second=8, transient=False):
            yield

    def notice(self, text: str) -> None:
        self._note = text

    def generation(self, row: Mapping[str, Any]) -> None:
        if not self._row:
            self._begun, self._first, self._note = monotonic(), row["evaluations"], ""
        for name, curve in self._curves.items():
            curve.add(row[name])
        self._row = row

    def finish(self, outcome: Outcome) -> None:
        self._note = ending(outcome)

    def panel(self) -> Group:
        """What is on the screen now."""
        facts, row = self._facts, self._row
        size = f", {facts.size}" if facts.size else ""
        title = Text.assemble((slim(facts.task), "bold"), f"  {facts.search} + {facts.encoding}, seed {facts.seed}{size}")
        note = Spinner("dots", Text(self._note)) if not row else Text(self._note)
        drawn: list[RenderableType] = [self._progress(), self._fitness(), *self._search()] if row else []
        return Group(title, *drawn, *([note] if self._note else []))

    def _progress(self) -> Table:
        row, facts = self._row, self._facts
        seconds = monotonic() - self._begun
        pace = f", {(row['evaluations'] - self._first) / seconds:,.0f} a second" if seconds > 0.5 else ""
        grid = Table.grid(padding=(0, 1))
        done = row["generation"] + 1
        grid.add_row(
            f"generation {done}",
            ProgressBar(total=max(facts.generations, done), completed=done, width=20, complete_style="green"),
            Text(f"{row['evaluations']:,} {'steps' if 'steps' in row else 'evaluations'}{pace}, {clock(seconds)}", "dim"),
        )
        return grid

    def _fitness(self) -> Table:
        grid = Table.grid(padding=(0, 2))
        low = min(curve.low for curve in self._curves.values())
        high = max(curve.high for curve in self._curves.values())
        for name, curve in self._curves.items():
            if "steps" in self._row and name != "best":
                continue  # a single z, whose median is itself
            style = "bold green" if name == "best" else ""
            grid.add_row(Text(name), Text(f"{self._row[name]:.6g}", style, justify="right"), Text(curve.drawn(low, high), style))
        return grid

    def _search(self) -> list[Text]:
        row, lines = self._row, []
        if row.get("species"):
            lines.append(Text.assemble(f"{len(row['species'])} species  ", *bar(row["species"], min(50, self._console.width - 14))))
        if "hidden_best" in row:
            lines.append(Text(f"champion  {count(row['hidden_best'], 'hidden node')}, {count(row['links_best'], 'link')}"))
        if "steps" in row:
            lines.append(Text(f"{learning(row)}  rate {row['rate']:.3g}"))
        if "lesson" in row:
            lines.append(
                Text(f"{lesson(row)}, median loss at birth and after {count(row['lesson']['steps'], 'step')} of all genomes")
            )
        if "sigma" in row:
            lines.append(Text(f"step size  {row['sigma']:.4g}"))
        return lines


class Curve:
    """A history of any length in few numbers: when it is full, every second one goes, and half as many come in."""

    def __init__(self) -> None:
        self._kept: list[float] = []  # replaced, never changed: another thread draws it
        self._every, self._seen = 1, 0
        self.low, self.high = float("inf"), float("-inf")

    def add(self, value: float) -> None:
        self.low, self.high = min(self.low, value), max(self.high, value)
        if self._seen % self._every == 0:
            self._kept = [*self._kept, value]
        self._seen += 1
        if len(self._kept) > CURVE:
            self._kept, self._every = self._kept[::2], self._every * 2

    def drawn(self, low: float, high: float) -> str:
        """A bar a number, between `low` and `high`."""
        scale = (len(BLOCKS) - 1) / (high - low) if high > low else 0.0
        return "".join(BLOCKS[round((value - low) * scale)] for value in self._kept)


def bar(species: list[dict[str, Any]], width: int) -> list[tuple[str, str]]:
    """The shares of species in a bar of `width` characters, each species in the tint of its id; ends are rounded together."""
    total, before, parts = sum(kind["size"] for kind in species), 0, []
    for kind in sorted(species, key=lambda kind: int(kind["id"])):
        after = before + kind["size"]
        length = round(after * width / total) - round(before * width / total)
        parts.append(("█" * length, TINTS[kind["id"] % len(TINTS)]))
        before = after
    return parts


def clock(seconds: float) -> str:
    """0:07, 12:34, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def slim(task: str) -> str:
    """A task's reference without the folders of its file."""
    return task.rpartition("/")[2]
