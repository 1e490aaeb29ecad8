"""What a benchmark leaves behind under docs/results: Markdown, CSV, a figure, and a line in the index of them all."""

from __future__ import annotations

import csv
import io
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from runner.disk import write_text
from viz.svg import svg

FOLDER = Path(__file__).parents[1] / "docs" / "results"
INDEX = "README.md"
PACKAGES = ("numpy", "numba", "neatcore")
_NUMBER = re.compile(r"^[-−+]?[\d.,]+\D{0,3}$")


@dataclass(frozen=True)
class Result:
    """A result to be read: what was found in one line, the command that found it, and the rest as Markdown."""

    name: str
    title: str
    headline: str
    command: str
    body: str

    def write(self, folder: Path = FOLDER, *, packages: Sequence[str] = (), loaded: bool = False) -> Path:
        """Write `name`.md and bring the index up to date. loaded: say how busy the machine was, where times were measured."""
        path = folder / f"{self.name}.md"
        made_by = f"Made by `{self.command}` with {versions(packages)}, on {machine(loaded)}{accelerator(packages)}."
        write_text(path, f"# {self.title}\n\n{self.headline}\n\n{made_by}\n\n{self.body.strip()}\n")
        write_text(folder / INDEX, index(folder))
        return path


def versions(packages: Sequence[str] = ()) -> str:
    """Python, and the packages that a result may depend on."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in (*PACKAGES, *packages))])


def machine(loaded: bool = False) -> str:
    """The machine in words; with its load, the mean number of processes that wanted a core in the last minute."""
    words = f"{os.cpu_count()} cores of a shared {platform.machine().replace('_', '-')} server"
    return f"{words} (load {os.getloadavg()[0]:.1f} when it was written)" if loaded else words


def accelerator(packages: Sequence[str]) -> str:
    """What computed for JAX beside the processor, if anything did."""
    if "jax" not in packages:
        return ""
    import jax

    device = jax.devices()[0]
    return "" if device.platform == "cpu" else f" with one {device.device_kind}"


def index(folder: Path) -> str:
    """The index of the results in `folder`: title, headline and command of each."""
    lines = ["# Results", "", "Each page says how it was made; run the command to make it again.", ""]
    for path in sorted(folder.glob("*.md")):
        if path.name != INDEX:
            title, headline, made_by = path.read_text(encoding="utf-8").split("\n\n")[:3]
            lines.append(f"- [{title.removeprefix('# ')}]({path.name}): {headline} `{made_by.split('`')[1]}`")
    return "\n".join(lines) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; columns of numbers are set to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    right = [all(_NUMBER.match(row[place]) or row[place] in ("", "–") for row in cells) for place in range(len(columns))]
    rule = ["---:" if numbers else "---" for numbers in right]
    return "\n".join(f"| {' | '.join(row)} |" for row in ([*columns], rule, *cells))


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the same keys as a CSV file with a header, written whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as text; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_figure(path: Path, figure: Figure, label: str) -> str:
    """The figure as an SVG file; returns the Markdown that shows it. label: what it shows, in words."""
    write_text(path, svg(figure, path.stem, label=label) + "\n")
    return f"![{label}]({path.name})"
