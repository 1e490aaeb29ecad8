"""Painting CPPNs: from a genome file or a run to pictures in files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from neatcore.canvas import Canvas, Image, parse_size
from neatcore.errors import InputError, require, unknown
from neatcore.files import load, load_genome, to_bytes
from neatcore.genome import BIAS, Genome, Genomes
from neatcore.interfaces import Frames
from neatcore.nets import DirectConfig
from neatcore.patterns import paint, paint_all, sweep, values
from neatcore.picbreeder import load_picbreeder
from runner import checkpoint as checkpoints
from runner.ancestry import ancestors
from runner.descent import draw_descent
from runner.directory import Run, find_run
from runner.disk import write_bytes
from runner.media import standalone
from runner.session import assemble
from runner.settings import Settings, file_layer, resolve
from viz.behaviour import encode
from viz.patterns import features_figure, sheet_figure
from viz.svg import png, svg

REACH = 3.0  # weights are swept within ± this, Picbreeder's limit, or their own size where it is larger
STRIP, FILM = 9, 61  # weights of a sweep as a strip of pictures, and as an animation
FILM_CHANNELS = 6  # bytes of a pixel: red, green and blue, forth and back
PLAIN, FILMS = (".png", ".webp"), (".webp", ".gif", ".mp4")
MOST = 400  # pictures of a population on a sheet
WIDTHS = {"features": 256, "sweep": 256, "population": 128, "ancestry": 256}  # pixels of a side, where no size is given
SIZE = 512  # the same of a picture alone


@dataclass(frozen=True)
class Wish:
    """What is to be painted, and how. size: as it was typed, empty for the usual one. grey: None where nothing was said."""

    size: str = ""
    corners: bool = False
    grey: bool | None = None
    features: bool = False
    sweep: int | None = None
    population: bool = False
    ancestry: bool = False
    champion: str = "best"

    @property
    def kind(self) -> str:
        """features, sweep, population, ancestry, or empty for the picture alone."""
        asked = {"features": self.features, "sweep": self.sweep is not None, "population": self.population}
        chosen = [name for name, wanted in (asked | {"ancestry": self.ancestry}).items() if wanted]
        require(len(chosen) < 2, f"one picture at a time: {' or '.join(f'--{name}' for name in chosen)}")
        return chosen[0] if chosen else ""

    @property
    def canvas(self) -> Canvas:
        return parse_size(self.size or str(WIDTHS.get(self.kind, SIZE)), corners=self.corners)


@dataclass(frozen=True)
class Source:
    """Genomes to paint, and the start of the names of files for their pictures."""

    genomes: Sequence[Genome]
    stem: Path


def import_picbreeder(path: Path, out: Path | None) -> Path:
    """Write the genome of a Picbreeder file; tells of links that count for nothing because they close a cycle."""
    genome = load_picbreeder(path)
    target = out or Path(f"{path.stem}.npz")
    write_bytes(target, to_bytes(genome, target.suffix))
    off = int(np.count_nonzero(~genome.links["enabled"]))
    if off:
        print(f"{off} of {len(genome.links)} links close a cycle and are switched off")
    return target


def save_painting(reference: str, wish: Wish, out: Path | None) -> Path:
    """Paint what `reference` names, a genome file or a run, into `out` or a file beside the source."""
    kind, canvas = wish.kind, wish.canvas
    source = SOURCES.get(kind, _single)(reference, wish.champion)
    grey = _grey(source.genomes[0], wish.grey)
    name = f"-{kind}" if kind else f"-{canvas.width}" + (f"x{canvas.height}" if canvas.width != canvas.height else "")
    path = out or source.stem.with_name(f"{source.stem.name}{name}.png")
    if kind == "features":
        content = _features(source.genomes[0], canvas, grey, path)
    elif wish.sweep is not None:
        content = _sweep(source.genomes[0], wish.sweep, canvas, grey, path)
    elif kind == "population":
        content = _sheet(source.genomes, canvas, grey, path)
    elif kind == "ancestry":
        content = draw_descent(source.genomes, canvas, grey, path)
    else:
        content = _picture(source.genomes[0], canvas, grey, path)
    write_bytes(path, content)
    return path


def _single(reference: str, champion: str) -> Source:
    """One genome: of a file, or a run's champion."""
    path = Path(reference)
    if _is_file(path):
        require(champion == "best", f"--champion {champion} chooses among those of a run; {path} is a genome")
        return Source([load_genome(path)], path.with_suffix(""))
    run = find_run(reference)
    settings = _settings(run)
    genome = load(run.champion(champion))
    if not isinstance(genome, Genome):
        raise InputError(f"the champion of run {run.name} is a vector; only networks of nodes and links are painted")
    return Source([_with_bias_of_one(genome, settings)], run.media / "pattern")


def _population(reference: str, champion: str) -> Source:
    """The population of a run's last checkpoint, which is the next to be evaluated."""
    require(champion == "best", f"--champion {champion} chooses one genome; --population paints all")
    run = find_run(reference)
    settings = _settings(run)
    last, _ = checkpoints.latest(run.checkpoints)
    if last is None:
        raise InputError(f"run {run.name} has no checkpoint yet, from which its population could be read")
    parts = assemble(settings, run.record["seed"])
    parts.search.restore(last.search)
    genomes = Genomes.of(parts.search.ask())[:MOST]
    return Source([_with_bias_of_one(genome, settings) for genome in genomes], run.media / "pattern")


def _line(reference: str, champion: str) -> Source:
    """A run's champion, after all its ancestors, from generation 0 on."""
    require(not _is_file(Path(reference)), f"{reference} is a genome; --ancestry needs a run, which knows its ancestors")
    run = find_run(reference)
    settings = _settings(run)
    line = [_with_bias_of_one(ancestor.genome, settings) for ancestor in ancestors(run, champion)]
    return Source(line[::-1], run.media / "pattern")


WEIGHTS = ("hyperneat", "es-hyperneat", "adaptive-hyperneat", "cppn")  # encodings whose CPPNs paint weights, no pictures
SOURCES = {"population": _population, "ancestry": _line}  # of several genomes, by the kind of picture


def _is_file(path: Path) -> bool:
    """Whether a genome is meant, and not a run."""
    return path.suffix in (".npz", ".json") or path.is_file()


def _settings(run: Run) -> Settings:
    """The settings of a run whose genomes are feed-forward networks; InputError where they are not."""
    settings = resolve(layers=[file_layer(run.config)])
    config = settings.encoding
    paints = settings.run.encoding in WEIGHTS
    require(not paints, f"the CPPNs of run {run.name} paint a substrate; see it with: neatcore plot {run.name} connectivity")
    fits = isinstance(config, DirectConfig) and not config.recurrent
    require(fits, f"run {run.name} does not evolve feed-forward networks of nodes and links, which are what is painted")
    return settings


def _with_bias_of_one(genome: Genome, settings: Settings) -> Genome:
    """The same network for a bias node of value 1, whatever its value was in the run."""
    bias = getattr(settings.encoding, "bias", 1.0)
    if bias == 1.0:
        return genome
    links = genome.links.copy()
    links["weight"][np.isin(links["source"], genome.nodes["id"][genome.nodes["kind"] == BIAS])] *= bias
    return Genome(genome.nodes, links)


def _grey(genome: Genome, wished: bool | None) -> bool:
    """Whether to paint in grey; InputError where colour is wished of a network that has none."""
    if wished is False and genome.outputs == 1:
        raise InputError("the genome has a single output, so it has no colour; paint it without --colour")
    return bool(wished) or genome.outputs == 1


def _picture(genome: Genome, canvas: Canvas, grey: bool, path: Path) -> bytes:
    require(path.suffix in PLAIN, f"cannot paint into {path}; use {' or '.join(PLAIN)}")
    return _encoded(paint(genome, canvas, grey=grey), path)


def _features(genome: Genome, canvas: Canvas, grey: bool, path: Path) -> bytes:
    require(path.suffix in (".png", ".svg"), f"cannot draw features into {path}; use .png or .svg")
    maps = values(genome, canvas)
    drawing = features_figure(genome, maps, paint(genome, canvas, grey=grey))
    return png(drawing) if path.suffix == ".png" else standalone(svg(drawing, path.stem))


def _sweep(genome: Genome, link: int, canvas: Canvas, grey: bool, path: Path) -> bytes:
    """The effect of a link's weight: pictures in a row, the weight under each, or an animation forth and back."""
    if path.suffix not in (".png", *FILMS):
        raise unknown("kind of file for a sweep", path.suffix, (".png", *FILMS))
    own = genome.links["weight"][genome.links["innovation"] == link]
    reach = max(REACH, float(np.abs(own).max(initial=0)))
    weights = np.linspace(-reach, reach, STRIP if path.suffix == ".png" else FILM)
    if path.suffix in FILMS:
        canvas.check_memory(FILM_CHANNELS, len(weights))
    pictures = paint_all(sweep(genome, link, weights), canvas, grey=grey)
    if path.suffix == ".png":
        words = [f"{weight:+.3g}".replace("-", "−") for weight in weights]
        return png(sheet_figure(list(pictures), words, columns=STRIP, side=min(canvas.width / 2, 160)))
    frames = pictures if pictures.ndim == 4 else np.repeat(pictures[..., None], 3, axis=-1)
    return encode(Frames(np.concatenate([frames, frames[-2:0:-1]]), 20.0), path.suffix, width=canvas.width)


def _sheet(genomes: Sequence[Genome], canvas: Canvas, grey: bool, path: Path) -> bytes:
    require(path.suffix == ".png", f"cannot write a sheet into {path}; use .png")
    pictures = paint_all(genomes, canvas, grey=grey)
    return png(sheet_figure(list(pictures), [""] * len(pictures), side=canvas.width / 2))


def _encoded(picture: Image, path: Path) -> bytes:
    buffer = io.BytesIO()
    try:
        Pillow.fromarray(picture).save(buffer, path.suffix[1:], **({"lossless": True} if path.suffix == ".webp" else {}))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}; .png takes pictures of any size") from None
    return buffer.getvalue()
