"""What a run's network makes up: a text, or drawings."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import default_rng

from neatcore.errors import InputError, require, unknown
from neatcore.files import load
from runner import agents
from runner.directory import Run, find_run
from runner.disk import write_bytes, write_text
from runner.media import standalone
from runner.networks import sample_networks
from runner.session import Parts, assemble
from runner.settings import file_layer, resolve
from tasks.strokes import Strokes
from tasks.text import Text
from viz.drawings import drawings_figure
from viz.page import figure_block, picture
from viz.report import Section
from viz.style import LIGHT
from viz.svg import png, svg

if TYPE_CHECKING:
    from hypernets.interfaces import Weights
    from hypernets.recurrent import Recurrent

CHARACTERS, DRAWINGS, TEMPERATURE = 400, 24, 0.8


@dataclass(frozen=True)
class Wish:
    """What is to be sampled, and how; None for what is usual. networks: so many of a generator, instead of texts or drawings;
    evaluate, outliers: of those alone."""

    length: int | None = None
    temperature: float | None = None
    prime: str = ""
    count: int | None = None
    seed: int = 0
    champion: str = "best"
    networks: int | None = None
    evaluate: bool = False
    outliers: Path | None = None

    @property
    def warmth(self) -> float:
        """The temperature, or the usual one."""
        return TEMPERATURE if self.temperature is None else self.temperature

    def check(self) -> None:
        """InputError where it has what goes with the other kind of sample."""
        texts, networks = ("length", "prime", "count", "temperature"), ("evaluate", "outliers")
        kind = "texts and drawings, not of networks" if self.networks else "networks: say how many with --networks"
        idle = [name for name in (texts if self.networks else networks) if getattr(self, name) != getattr(Wish, name)]
        require(not idle, f"--{(idle or [''])[0]} is of {kind}")


def save_sample(reference: str, wish: Wish, out: Path | None) -> str:
    """The text, or the path of the file that it, the drawings or the networks were written to. InputError where nothing can be
    sampled."""
    wish.check()
    if wish.networks:
        count, seed, champion = wish.networks, wish.seed, wish.champion
        path = sample_networks(reference, count, seed, champion, out, evaluate=wish.evaluate, outliers=wish.outliers)
        return str(path)
    run = find_run(reference)
    parts = assemble(resolve(layers=[file_layer(run.config)]), run.record["seed"])
    if isinstance(parts.task, Text):
        text = _text(run, parts, parts.task, wish)
        if out:
            write_text(out, text + "\n")
        return str(out or text)
    if isinstance(parts.task, Strokes):
        path = out or run.media / "drawings.png"
        write_bytes(path, _picture(run, parts, parts.task, wish, path))
        return str(path)
    if hasattr(parts.encoding, "sample") or agents.encoding_of(run) == agents.NAME:
        raise InputError(f"run {run.name} makes networks: say how many with: neatcore sample {run.name} --networks 20")
    raise InputError(f"run {run.name} is of task {run.record['task']}; only those of text:FILE and strokes:FILE can be sampled")


def sample_section(run: Run, parts: Parts) -> Section | None:
    """What the champion makes up, for a report; None where its task or its network is of another kind."""
    from hypernets.recurrent import Recurrent

    task, wish = parts.task, Wish()
    if not isinstance(parts.model, Recurrent):
        return None
    command = f"More of it: neatcore sample {run.name}"
    if isinstance(task, Text):
        return Section(
            "What it writes", command, f'<pre style="white-space: pre-wrap">{escape(_text(run, parts, task, wish))}</pre>'
        )
    if isinstance(task, Strokes):
        drawn = {
            "": picture({LIGHT.name: _picture(run, parts, task, wish, Path("drawings.png"))}, "png", "Drawings of the champion")
        }
        return Section("What it draws", command, figure_block(drawn, f"{DRAWINGS} drawings, from an empty sheet."))
    return None


def _network(run: Run, parts: Parts, wish: Wish) -> tuple[Recurrent, Weights]:
    """The network and the champion's weights; InputError where it is of another kind."""
    from hypernets.recurrent import Recurrent

    if not isinstance(parts.model, Recurrent):
        encoding = resolve(layers=[file_layer(run.config)]).run.encoding
        raise InputError(
            f"run {run.name} has encoding={encoding}, which cannot be sampled; one of a recurrent network can, such as lstm"
        )
    stacked = parts.encoding.decode([load(run.champion(wish.champion))])
    return parts.model, {name: array[0] for name, array in stacked.items()}


def _text(run: Run, parts: Parts, task: Text, wish: Wish) -> str:
    """What goes on after the prime, or after the end of a line."""
    from hypernets.sampling import sample_text

    corpus = task.corpus
    try:
        prime = corpus.codes(wish.prime or ("\n" if "\n" in corpus.symbols else corpus.symbols[0]))
    except InputError as error:
        raise InputError(f"--prime: {error} of {task.file}") from None
    network, weights = _network(run, parts, wish)
    length, rng, count = wish.length or CHARACTERS, default_rng(wish.seed), wish.count or 1
    codes = sample_text(network, weights, length, rng, temperature=wish.warmth, prime=prime, count=count)
    return "\n\n".join(wish.prime + corpus.text(row) for row in codes)


def _picture(run: Run, parts: Parts, task: Strokes, wish: Wish, path: Path) -> bytes:
    """Drawings in rows, as long as the training drawings are in the mean unless a length is wished."""
    from hypernets.sampling import sample_strokes

    require(not wish.prime, "--prime is of texts; drawings begin with an empty sheet")
    if path.suffix not in (".png", ".svg"):
        raise unknown("kind of picture file", path.suffix, (".png", ".svg"))
    length = wish.length or round(float(np.mean(task.sketches.training.lengths)))
    network, weights = _network(run, parts, wish)
    rng, count = default_rng(wish.seed), wish.count or DRAWINGS
    drawing = drawings_figure(list(sample_strokes(network, weights, length, rng, temperature=wish.warmth, count=count)))
    return png(drawing) if path.suffix == ".png" else standalone(svg(drawing, path.stem))
