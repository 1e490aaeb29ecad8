"""Pictures of networks on substrates: receptive fields, weights, links in space, the CPPN's pattern, neurons at work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from matplotlib.figure import Figure

from neatcore.errors import InputError, TaskError, require
from neatcore.genome import Genome
from neatcore.interfaces import Array, Floats, Model, Named
from runner.session import Parts
from runner.watching import moments
from substrates.dct import Dct
from substrates.evolvable import EsHyperNeat
from substrates.evolvable.shown import as_sheets
from substrates.hyperneat import HyperNeat
from substrates.networks import SubstratePolicy, Synapses
from viz.activity import Moment, activity_figure
from viz.cosines import cosines_figure
from viz.fields import fields_figure
from viz.matrices import matrix_figure
from viz.page import figure_block, picture, themes
from viz.report import Section
from viz.sampling import Question, sampling_figure
from viz.space import space_figure
from viz.style import LIGHT, Theme
from viz.svg import png, svg

ALL = "connectivity"
CPPN, ACTIVITY, COSINES = f"{ALL}-cppn", f"{ALL}-activity", f"{ALL}-cosines"


@dataclass(frozen=True, eq=False)
class Wiring:
    """A champion as a network on a substrate, and what is known around it. task: its name."""

    parts: Parts
    champion: Any
    task: str
    synapses: Synapses
    model: Model[Synapses]

    @cached_property
    def names(self) -> tuple[Sequence[str] | None, Sequence[str] | None]:
        """What the task calls the network's inputs and outputs."""
        return self.parts.task.names if isinstance(self.parts.task, Named) else (None, None)

    @cached_property
    def moments(self) -> list[Moment]:
        policy = self.model.bind(self.synapses)
        return moments(self.parts.task, policy) if isinstance(policy, SubstratePolicy) else []

    @cached_property
    def question(self) -> Question:
        """What the CPPN is asked."""
        encoding = self.parts.encoding
        if not isinstance(encoding, HyperNeat | EsHyperNeat):
            raise InputError("there is no CPPN to ask")
        return question_of(encoding, self.champion, len(self.synapses.weights))

    @property
    def plots(self) -> list[str]:
        """The pictures that there can be."""
        return [name for name, kind in PICTURES.items() if isinstance(self.parts.encoding, kind.encoding)]

    def draw(self, name: str, theme: str | Theme) -> Figure:
        """The picture of that name."""
        return PICTURES[name].draw(self, theme)


def wiring_of(parts: Parts, champion: Any, task: str) -> Wiring | None:
    """None where the encoding knows no substrate."""
    if isinstance(parts.encoding, EsHyperNeat):
        return Wiring(parts, champion, task, *as_sheets(parts.encoding, champion))
    if not hasattr(parts.encoding, "substrate"):
        return None
    synapses = parts.encoding.decode([champion])
    return Wiring(parts, champion, task, synapses, parts.model) if isinstance(synapses, Synapses) else None


def question_of(encoding: HyperNeat | EsHyperNeat, genome: Genome, pairs: int) -> Question:
    """How the encoding asks a CPPN about so many pairs of sheets, as a picture of it needs it."""

    def ask(source: Floats, target: Floats) -> Array:
        first: Array = encoding.answers([genome], source, target)[0]
        return first

    beyond = encoding.config.threshold if encoding.config.rule == "threshold" else 0.0
    return Question(ask, encoding.names[1], [encoding.outputs_of(pair) for pair in range(pairs)], beyond)


# --- the pictures, and what a page says below them ----------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """caption: what is seen. lines: drawn with lines, so that a page has it as SVG; else as pixels. encoding: whose it is."""

    draw: Callable[[Wiring, str | Theme], Figure]
    caption: str
    lines: bool = False
    encoding: type | tuple[type, ...] = object


def _activity(wiring: Wiring, theme: str | Theme) -> Figure:
    require(len(wiring.moments) > 0, f"task {wiring.task} did not ask the network anything: there is no activity to draw")
    return activity_figure(wiring.synapses.substrate, wiring.moments, theme=theme)


PICTURES: Mapping[str, Picture] = {
    COSINES: Picture(
        lambda wiring, theme: cosines_figure(wiring.parts.encoding, wiring.champion, theme=theme),  # type: ignore[arg-type]
        "The coefficients of the genome, low frequencies at the top left, and the weights that they draw: a row for each neuron "
        "that reads, a column for each that is read, the bias last. Orange is negative, blue positive.",
        encoding=Dct,
    ),
    f"{ALL}-fields": Picture(
        lambda wiring, theme: fields_figure(wiring.synapses, names_in=wiring.names[0], theme=theme),
        "Receptive fields: for each neuron a small picture of the weights with which it reads a sheet. "
        "Grey is no link, orange is negative, blue positive.",
    ),
    CPPN: Picture(
        lambda wiring, theme: sampling_figure(wiring.synapses, wiring.question, theme=theme),
        "The pattern that the CPPN paints from some neurons (crosses) to all places, and the weights that the substrate samples "
        "of it where its neurons stand (dots). Lines: where an answer is as strong as a link must be.",
        encoding=(HyperNeat, EsHyperNeat),
    ),
    f"{ALL}-space": Picture(
        lambda wiring, theme: space_figure(wiring.synapses, names=wiring.names, theme=theme),
        "The substrate and its strongest links; width and colour show the weight. Inputs are open circles, outputs full ones.",
        lines=True,
    ),
    f"{ALL}-matrix": Picture(
        lambda wiring, theme: matrix_figure(wiring.synapses, theme=theme),
        "All weights: a row for each neuron that reads, a column for each that is read; beside it, links by weight.",
    ),
    ACTIVITY: Picture(
        _activity,
        "What the neurons hold while the champion is at work: a row for each sheet, with a scale of its own.",
    ),
}


def connectivity_section(wiring: Wiring, name: str, theme: str = "auto") -> Section:
    """The part of a report; `name` keeps ids apart. Activity that the task does not give is left out, and that is told."""
    blocks = []
    for plot in wiring.plots:
        try:
            blocks.append(_block(wiring, plot, name, theme))
        except (InputError, TaskError) as error:
            print(f"the report goes without {plot}: {error}", file=sys.stderr)
    substrate = wiring.synapses.substrate
    there, sheets = int(wiring.synapses.expressed()[0]), ", ".join(f"{sheet.name} {len(sheet):,}" for sheet in substrate.sheets)
    return Section("Connectivity", f"Neurons: {sheets}. Links: {there:,} of {substrate.links:,}.", "\n".join(blocks))


def _block(wiring: Wiring, plot: str, name: str, theme: str) -> str:
    kind = PICTURES[plot]
    caption = kind.caption
    if kind.lines:
        return figure_block({"": svg(wiring.draw(plot, LIGHT), f"{name}-{plot}", LIGHT, caption)}, caption)
    images = {tone.name: png(wiring.draw(plot, tone)) for tone in themes(theme)}
    return figure_block({"": picture(images, "png", caption)}, caption)
