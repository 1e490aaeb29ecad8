"""Pictures of a champion's ancestry: its line of mothers as a film, or on a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from neatcore.canvas import Canvas, Image
from neatcore.errors import unknown
from neatcore.genome import Genome
from neatcore.interfaces import Frames
from neatcore.patterns import paint_all
from runner.display import count
from viz.behaviour import encode
from viz.captions import captioned
from viz.patterns import sheet_figure
from viz.svg import png

SUFFIXES = (".png", ".webp", ".gif", ".mp4")
SECONDS = 12.0  # that a film takes, within the slowest and the fastest
SLOWEST, FASTEST = 4.0, 20.0  # generations a second
LONGEST = 260  # generations of a film; of a longer line so many are shown, evenly spread
REST = 1.5  # seconds for which the last picture stays
MOST = 400  # pictures on a sheet
ROOMY = 60  # pictures up to which a sheet shows them large
QUALITY = 90  # of films as .webp


def draw_descent(line: Sequence[Genome], canvas: Canvas, grey: bool, path: Path) -> bytes:
    """The genomes of generation 0, 1, … as a film of all of them, or, as .png, on a sheet those whose picture changed."""
    if path.suffix not in SUFFIXES:
        raise unknown("kind of file for an ancestry", path.suffix, SUFFIXES)
    if path.suffix == ".png":
        pictures, generations = steps(line, canvas, grey)
        side = canvas.width / (2 if len(generations) <= ROOMY else 4)
        return png(sheet_figure(list(pictures), [str(generation) for generation in generations], side=side))
    shown = film(line, canvas, grey)
    return encode(shown, path.suffix, width=shown.images.shape[2], quality=QUALITY)


def film(line: Sequence[Genome], canvas: Canvas, grey: bool) -> Frames:
    """A frame a generation, its number below; a long line in even strides. The last one stays for a while."""
    shown = _spread(len(line), LONGEST)
    rate = min(FASTEST, max(SLOWEST, len(shown) / SECONDS))
    rest = round(REST * rate)
    canvas.check_memory(3, 2 * len(shown) + rest)
    pictures = paint_all([line[generation] for generation in shown], canvas, grey=grey)
    frames = [captioned(picture, f"generation {number}", _size(line[number])) for picture, number in zip(pictures, shown)]
    return Frames(np.stack(frames + frames[-1:] * rest), rate)


def steps(line: Sequence[Genome], canvas: Canvas, grey: bool) -> tuple[Image, list[int]]:
    """The first picture and those that differ from the one before, and their generations; of many, some evenly spread."""
    changed = np.array([0, *(place for place in range(1, len(line)) if line[place] != line[place - 1])])
    pictures = paint_all([line[place] for place in changed], canvas, grey=grey)
    differ = (pictures[1:] != pictures[:-1]).any(axis=tuple(range(1, pictures.ndim)))
    seen = np.flatnonzero([True, *differ])
    kept = seen[_spread(len(seen), MOST)]
    return pictures[kept], changed[kept].tolist()


def _spread(length: int, most: int) -> list[int]:
    """The places from the first to the last, at most so many, evenly spread."""
    return sorted({round(place) for place in np.linspace(0, length - 1, min(length, most)).tolist()})


def _size(genome: Genome) -> str:
    links = int(np.count_nonzero(genome.links["enabled"]))
    return f"{genome.hidden:,} hidden, {count(links, 'link')}"
