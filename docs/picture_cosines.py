"""Make the picture of docs/compressed.md: a drawing painted by few cosine coefficients, and by CPPNs.

   python docs/picture_cosines.py

Writes docs/images/cosines.webp. Takes some minutes.
"""

from __future__ import annotations

import io
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.random import default_rng
from PIL import Image, ImageDraw

from neatcore.interfaces import Generation
from neatcore.loop import evolve
from runner.commands import draft_of
from runner.session import assemble
from substrates.spectrum import drawn, places
from tasks.patterns import Pattern
from viz.patterns import sheet_figure
from viz.svg import png

EVALUATIONS = 15_000  # of each
COEFFICIENTS = 36
WAYS = {
    "CMA-ES": (f"encoding=dct coefficients={COEFFICIENTS} search=cma", None),
    "SNES": (f"encoding=dct coefficients={COEFFICIENTS} search=snes", None),
    "CoSyNE": (f"encoding=dct coefficients={COEFFICIENTS} search=cosyne", None),
    "NEAT": ("encoding=cppn search=neat", "cppn"),
}


def target(path: Path) -> None:
    """A boat under a sun."""
    picture = Image.new("L", (64, 64), 235)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((42, 6, 56, 20), fill=120)
    draw.polygon([(28, 8), (28, 40), (8, 40)], fill=30)
    draw.polygon([(32, 14), (32, 40), (48, 40)], fill=90)
    draw.polygon([(6, 44), (56, 44), (46, 56), (16, 56)], fill=10)
    picture.save(path)


def painted(words: str, preset: str | None, path: Path) -> tuple[Any, float]:
    """The fittest picture of so many evaluations, and its fitness."""
    settings = draft_of([f"pattern:{path}", *words.split()], preset, None).build()
    parts = assemble(settings, 1)
    best: Generation[Any] | None = None
    generations = evolve(parts.search, parts.encoding, parts.model, parts.task, parts.rng)
    for generation in takewhile(lambda each: each.evaluations <= EVALUATIONS, generations):
        if best is None or generation.evaluation.fitness.max() > best.evaluation.fitness.max():
            best = generation
    if best is None or not isinstance(parts.task, Pattern):
        raise ValueError(words)
    shown = parts.task.show(parts.model.bind(parts.encoding.decode([best.champion])), default_rng(0))
    return shown.images[1], float(best.evaluation.fitness.max())


def smoothed(path: Path) -> tuple[Any, float]:
    """The drawing without all but its first coefficients, cut to what can be shown."""
    task = Pattern(target=str(path), asked="whole")
    pixels = task.picture / 255.0
    basis = drawn(np.eye(COEFFICIENTS), places(pixels.shape, COEFFICIENTS), pixels.shape).reshape(COEFFICIENTS, -1)
    found = np.clip((basis @ pixels.ravel()) @ basis, 0.0, 1.0).reshape(pixels.shape)
    image = Image.fromarray(np.rint(255 * found).astype(np.uint8)).convert("RGB").resize((256, 256), 0)
    return np.asarray(image), float(1.0 - ((found - pixels) ** 2).mean())


def main() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "target.png"
        target(path)
        task = Pattern(target=str(path))
        images = {"the drawing": np.asarray(Image.fromarray(task.picture).convert("RGB").resize((256, 256), 0))}
        image, fitness = smoothed(path)
        images[f"{COEFFICIENTS} cosines of it, {fitness:.3f}"] = image
        for name, (words, preset) in WAYS.items():
            image, fitness = painted(words, preset, path)
            images[f"{name}, {fitness:.3f}"] = image
    drawing = sheet_figure(list(images.values()), list(images), columns=3, side=220)
    with Image.open(io.BytesIO(png(drawing))) as picture:
        picture.convert("RGB").save(Path(__file__).with_name("images") / "cosines.webp", quality=88, method=6)


if __name__ == "__main__":
    main()
