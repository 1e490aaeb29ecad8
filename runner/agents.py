"""What a run of `train agents` is asked afterwards: networks of its generators, lines between networks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore.errors import InputError, require, unknown
from neatcore.interfaces import Array, Floats, Task
from runner import checkpoint as checkpoints
from runner.directory import Run, find_run
from runner.disk import write_bytes
from runner.media import standalone
from runner.session import assemble
from runner.settings import Settings, file_layer, resolve
from runner.tables import print_table
from tasks.agents import Agents
from viz.agents import Curve, densities_figure, lines_figure, map_figure
from viz.page import figure_block, picture, themes
from viz.report import Section
from viz.style import Theme
from viz.svg import png, svg

if TYPE_CHECKING:
    from hypernets.agents.bodies import Body
    from hypernets.agents.collection import Collection
    from hypernets.agents.search import AgentSearch
    from hypernets.agents.studies import Lines
    from hypernets.agents.vae import Fitted

NAME = "agents"
MAKE = "make one with: neatcore train agents task=cartpole"
PAIRS = 200  # of networks of two groups
REPORTED, MAPPED = 300, 6000  # networks in a report: made by each generator, on the map


@dataclass(frozen=True, eq=False)
class Made:
    """A group of networks, and the fitness of some that its generator made: of z from N(0, I), and from its own embeddings'.

    As controls, of as many draws from a normal distribution of weights that are as varied, and of the mean network.
    """

    group: str
    theirs: Floats
    made: Floats
    posterior: Floats
    normal: Floats
    middle: float
    variety: float

    @property
    def row(self) -> dict[str, Any]:
        figures = {"theirs": self.theirs, "made": self.made, "posterior": self.posterior, "normal": self.normal}
        pairs = [(name, (("mean", a.mean()), ("sd", a.std()))) for name, a in figures.items()]
        said = {f"{name}_{part}": round(float(value), 2) for name, parts in pairs for part, value in parts}
        single = {"middle": round(self.middle, 2), "variety": round(self.variety, 4)}
        return {"group": self.group, "networks": len(self.theirs), **said, **single}


@dataclass(frozen=True, eq=False)
class Embedding:
    """A search of `train agents` whose generators are fitted, and the task that its networks are for."""

    search: AgentSearch
    task: Task

    @classmethod
    def of(cls, run: Run) -> Embedding:
        """InputError where the run is of something else, or has not come so far."""
        settings = settings_of(run)
        parts = assemble(settings, run.record["seed"])
        last, _ = checkpoints.latest(run.checkpoints)
        if last:
            parts.search.restore(last.search)
        search: AgentSearch = parts.search  # type: ignore[assignment]
        if not (search.collection and search.passes):
            raise InputError(f"run {run.name} has no generator yet; go on with: neatcore resume {run.name}")
        task = settings.task
        return cls(search, task.inner if isinstance(task, Agents) else task)

    @property
    def body(self) -> Body:
        return self.search.body

    @property
    def collection(self) -> Collection:
        found = self.search.collection
        if found is None:
            raise InputError("nothing has been collected yet")
        return found

    @property
    def all(self) -> Fitted:
        """The generator of all networks."""
        return self.search.fitted(len(self.collection.names) - 1)

    def fitness(self, vectors: Floats, seed: int) -> Floats:
        """Of networks (P, n), by the task itself."""
        found: Floats = self.task.evaluate(self.body.bind(vectors), default_rng(seed)).fitness
        return found

    def made(self, count: int, seed: int) -> list[Made]:
        """Networks of every generator."""
        from hypernets.agents.studies import normal

        found = []
        for place in self.search.fits:
            fitted, members = self.search.fitted(place), self.collection.members[place]
            theirs, variety = self.collection.vectors[members], fitted.variety(default_rng(seed))
            drawn = [fitted.draw(count, default_rng([seed, place]), posterior) for posterior in (False, True)]
            drawn.append(normal(theirs, variety, count, default_rng([seed, place])))
            made, own, control = (self.fitness(vectors, seed) for vectors in drawn)
            middle = float(self.fitness(theirs.mean(axis=0, keepdims=True, dtype=np.float64), seed)[0])
            fitness = self.collection.fitness[members]
            found.append(Made(self.collection.names[place], fitness, made, own, control, middle, variety))
        return found

    def chosen(self, name: str, option: str, rng: np.random.Generator) -> Array:
        """The rows (P,) of the networks that a word names: a group, from which many are drawn, `best`, `worst`, or a number."""
        fitness = self.collection.fitness
        single = {"best": int(np.argmax(fitness)), "worst": int(np.argmin(fitness))}
        if name.isdecimal():
            fits = int(name) < len(fitness)
            require(fits, f"{option} {name}: there are {len(fitness):,} networks, numbered from 0; the last is {len(fitness) - 1}")
            single[name] = int(name)
        if name in single:
            return np.array([single[name]])
        plain = [group.replace("–", "-") for group in self.collection.names]
        if name.replace("–", "-") not in plain:
            raise unknown(f"network for {option}:", name, [*plain, *single])
        members = np.flatnonzero(self.collection.members[plain.index(name.replace("–", "-"))])
        require(len(members), f"{option} {name}: no network is of this group")
        return rng.choice(members, PAIRS)


def settings_of(run: Run) -> Settings:
    """The settings of a run of `train agents`; InputError where it is another's."""
    found = encoding_of(run)
    require(found == NAME, f"run {run.name} has encoding={found}, which is no generator of networks; {MAKE}")
    return resolve(layers=[file_layer(run.config)])


def encoding_of(run: Run) -> str:
    return resolve(layers=[file_layer(run.config)]).run.encoding


def save_agents(run: Run, count: int, seed: int, out: Path | None) -> Path:
    """Make networks with every generator of a run, print how they do beside those it learnt from, and draw it."""
    check_picture(out)
    require(count > 1, f"{count} network is too few to draw how they do; make at least 2")
    embedding = Embedding.of(run)
    made = embedding.made(count, seed)
    _print_made(made)
    figure = densities_figure(
        {each.group: (each.theirs, each.made) for each in made}, "steps survived" if embedding.collection.whole else "fitness"
    )
    return save(figure, out or run.media / "agents.png")


def _print_made(made: Sequence[Made]) -> None:
    from hypernets.agents.search import COLLAPSED

    shown = {"fitness": "theirs_mean", "± ": "theirs_sd", "made": "made_mean", "±": "made_sd", "own z": "posterior_mean"}
    shown |= {"normal": "normal_mean", "middle": "middle", "variety": "variety"}
    rows = [[row["group"], f"{row['networks']:,}", *(f"{row[key]:.4g}" for key in shown.values())] for row in (m.row for m in made)]
    print_table(("group", "networks", *shown), rows, right=("networks", *shown))
    for each in made:
        if each.variety < COLLAPSED:
            print(
                f"the generator of {each.group} has collapsed: what it makes differs {each.variety:.1%} as much as its networks do"
            )


def save_lines(reference: str, ends: tuple[str, str], seed: int, out: Path | None, *, as_json: bool = False) -> Path:
    """Print and draw the fitness of networks along lines from one to another, in the latent space and among weights."""
    from hypernets.agents.studies import between

    check_picture(out)
    run, rng = find_run(reference), default_rng(seed)
    embedding = Embedding.of(run)
    ones, others = (embedding.chosen(name, f"--{option}", rng) for name, option in zip(ends, ("from", "to"), strict=True))
    count = max(len(ones), len(others))
    rows = ones[np.arange(count) % len(ones)], others[np.arange(count) % len(others)]
    lines = between(embedding.collection, embedding.all, embedding.task, rows, seed)
    spaces = {"latent space": lines.latent, "weights": lines.weights, "weights, aligned": lines.aligned}
    _print_lines(lines, spaces, as_json=as_json)
    words = "fitness; dashed: straight from end to end" + (f"; shaded: the middle half of {count} pairs" if count > 3 else "")
    curves = [Curve(name, fitness) for name, fitness in spaces.items()]
    return save(lines_figure(lines.shares, curves, ends, words), out or run.media / "interpolation.png")


def _print_lines(lines: Lines, spaces: Mapping[str, Floats], *, as_json: bool) -> None:
    """The mean fitness of all pairs at every share of the way, and how far it is from the straight line between the ends."""
    head = ("share of the way", *spaces)
    rows = [(float(share), *means) for share, *means in zip(lines.shares, *(f.mean(axis=1).tolist() for f in spaces.values()))]
    bends = {
        "from the straight line": [lines.mean_bend(fitness) for fitness in spaces.values()],
        "each pair from its own": [lines.bend(fitness) for fitness in spaces.values()],
        "from that of the learnt": [lines.bend(fitness, lines.weights) for fitness in spaces.values()],
    }
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(head, row, strict=True))))
        print(json.dumps({name: dict(zip(spaces, map(float, values), strict=True)) for name, values in bends.items()}))
        return
    ends = [(name, *(f"{value:.3g}" for value in values)) for name, values in bends.items()]
    print_table(head, [*([f"{value:.4g}" for value in row] for row in rows), *ends], right=head)


def sections(run: Run) -> Iterator[Section]:
    """What a report tells of a run's generators; nothing before there are any."""
    from hypernets.agents.studies import knowledge, plane

    try:
        embedding = Embedding.of(run)
    except InputError:
        return
    groups = {each.group: (each.theirs, each.made) for each in embedding.made(REPORTED, 0)}
    words = "steps survived" if embedding.collection.whole else "fitness"
    label = f"{words.capitalize()} of the networks of each group, and of {REPORTED} that its generator made"
    yield _section("Networks that are made", label, lambda tone: densities_figure(groups, words, theme=tone))
    found, rng = embedding.collection, default_rng(0)
    codes = embedding.all.embed(found.vectors)
    known = knowledge(found, codes, rng)
    shown = rng.permutation(len(codes))[:MAPPED]
    places = plane(codes, known.guide)[shown]
    label = (
        f"Networks in the latent space. From its place there a line predicts {words}: R²\u00a0{known.linear:.2f} on networks kept "
        f"back, from aligned weights {known.aligned:.2f}"
    )
    yield _section("The latent space", label, lambda tone: map_figure(places, found.fitness[shown], words, theme=tone))


def _section(title: str, label: str, draw: Callable[[Theme], Figure]) -> Section:
    drawn = {tone.name: png(draw(tone)) for tone in themes("auto")}
    return Section(title, "", figure_block({"": picture(drawn, "png", label)}, f"{label}."))


def check_picture(path: Path | None) -> None:
    """InputError where a picture is to be written to a file of another kind."""
    if path and path.suffix not in (".png", ".svg"):
        raise unknown("kind of picture file", path.suffix, (".png", ".svg"))


def save(figure: Figure, path: Path) -> Path:
    """Write a .png or .svg file."""
    write_bytes(path, png(figure) if path.suffix == ".png" else standalone(svg(figure, path.stem)))
    return path
