"""A run, or several, as one HTML page that needs nothing else: drawings as SVG, the champion at work as an animation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.genome import Genome
from neatcore.interfaces import Answers, Curve, Floats, Shown
from viz.answers import answers_figure, is_told
from viz.behaviour import encode
from viz.curves import curve_figure
from viz.novelty import plot_novelty
from viz.page import definitions, figure_block, page, picture, section, themes
from viz.progress import plot_complexity, plot_fitness, plot_lesson, plot_loss, plot_step_size, solved_after
from viz.species import BANDS, plot_species
from viz.style import LIGHT, Margins, figure, plot_figure, short
from viz.svg import svg
from viz.topology import MOST, network_figure
from viz.vector import draw_vector

WIDE, NARROW = 720, 340  # pixels of a drawing on a screen and on a phone
Plot = Callable[..., Axes]


@dataclass(frozen=True)
class Section:
    """A further part of a report. html: trusted, put into the page as it is; colours are CSS variables named by role."""

    title: str
    caption: str
    html: str


@dataclass(frozen=True)
class ReportData:
    """What a report tells of one run.

    task: what was to be solved, a sentence or two. facts: labels and values, such as seed and versions. metrics: one record a
    generation. champion: a genome, or weights as `draw_vector` takes them. shown: the champion at work. command: how to reproduce.
    tested: figures of the champion on what it never saw.
    """

    title: str
    task: str
    metrics: Sequence[Mapping[str, Any]]
    facts: Sequence[tuple[str, str]] = ()
    champion: Genome | Floats | Sequence[Floats] | None = None
    shown: Shown | None = None
    command: str = ""
    config_toml: str = ""
    names_in: Sequence[str] | None = None
    names_out: Sequence[str] | None = None
    extra: Sequence[Section] = ()
    tested: Mapping[str, float] = field(default_factory=dict)


def report(data: ReportData | Sequence[ReportData], theme: str = "auto", *, title: str = "") -> str:
    """One page for a run, or for several with a table of contents; theme "auto" follows the reader, "light" and "dark" do not."""
    runs = [data] if isinstance(data, ReportData) else list(data)
    require(len(runs) > 0, "there are no runs to report")
    title = title or (runs[0].title if len(runs) == 1 else f"{len(runs)} runs")
    several = len(runs) > 1
    parts = [f'<header>\n<p class="kicker">neatcore report</p>\n<h1>{escape(title)}</h1>\n</header>']
    if several:
        parts.append(_contents(runs))
    parts += [_article(run, f"run-{place}", theme, several=several) for place, run in enumerate(runs, 1)]
    return page(title, "\n".join(parts), theme)


def verdict(data: ReportData) -> str:
    """The result in a few words: "Solved after 4,800 evaluations"."""
    require(len(data.metrics) > 0, f"the run {data.title!r} has no metrics: not one generation is through")
    evaluations = solved_after(data.metrics)
    last = data.metrics[-1]
    if "steps" in last:
        return f"Solved after {evaluations:,} steps" if evaluations else f"Trained for {last['evaluations']:,} steps"
    return f"Solved after {evaluations:,} evaluations" if evaluations else f"Not solved in {last['evaluations']:,} evaluations"


def _contents(runs: Sequence[ReportData]) -> str:
    rows = [
        f'<li><a href="#run-{place}">{escape(run.title)}</a><span>{escape(verdict(run))}</span></li>'
        for place, run in enumerate(runs, 1)
    ]
    return f'<nav aria-label="Contents"><ol>{"".join(rows)}</ol></nav>'


def _article(data: ReportData, name: str, theme: str, *, several: bool) -> str:
    """All sections of one run."""
    heading = f"<h2>{escape(data.title)}</h2>\n" if several else ""
    size = f", with a champion of {_size(data.champion)}" if data.champion is not None else ""
    state = "verdict" if solved_after(data.metrics) else "verdict open"
    headline = f'<p class="lead">{escape(data.task)}</p>\n<p class="{state}"><b>{verdict(data)}</b>{size}.</p>'
    sections = [*_at_work(data, name, theme), *_progress(data, name), *_champion(data, name)]
    sections += [section(e.title, e.html, f"<p>{escape(e.caption)}</p>") for e in data.extra]
    body = "\n".join([headline, _tiles(data), *sections, *_reproduce(data)])
    return f'<article id="{name}">\n{heading}{body}\n</article>'


def _tiles(data: ReportData) -> str:
    """The figures of the headline."""
    last = data.metrics[-1]
    best = max((float(record["best"]) for record in data.metrics if record.get("fitted", True)), default=np.nan)
    pairs = [
        ("best fitness", short(best)),
        ("generations", f"{len(data.metrics):,}"),
        ("steps" if "steps" in last else "evaluations", f"{last['evaluations']:,}"),
    ]
    pairs += [(f"{name.replace('_', ' ')}, tested", short(number)) for name, number in data.tested.items()]
    if "species" in last:
        pairs.append(("species at the end", f"{len(last['species']):,}"))
    return definitions("tiles", pairs, number_first=True)


def _at_work(data: ReportData, name: str, theme: str) -> Iterator[str]:
    """The champion's answers as a drawing, or its episode as an animation; moments of it in print."""
    shown = data.shown
    if shown is None:
        return
    label = _sentences("The champion at work", shown.caption)
    if isinstance(shown, Answers | Curve):
        draw: Callable[..., Figure] = answers_figure if isinstance(shown, Answers) else curve_figure
        drawn = {kind: draw(shown, width=width) for kind, width in (("wide", 560), ("narrow", NARROW))}
        parts = {kind: svg(drawing, f"{name}-answers-{kind}", LIGHT, label) for kind, drawing in drawn.items()}
    else:
        parts = {
            kind: picture({tone.name: encode(shown, suffix, theme=tone, width=WIDE) for tone in themes(theme)}, suffix[1:], label)
            for kind, suffix in (("moving", ".webp"), ("still", ".png"))
        }
    yield section("The champion at work", figure_block(parts, _sentences(shown.caption, _legend(shown))))


def _legend(shown: Shown) -> str:
    """How to read the drawing of answers."""
    if not isinstance(shown, Answers):
        return ""
    if shown.surface is None:
        told = "; green where the answer is nearer to the target, red where it is not" if is_told(shown) else ""
        return f"A column for each pattern; its inputs are the squares, the darker the greater{told}."
    return "The answer from 0 (orange) to 1 (blue), in eight steps; the dots are the patterns to learn, with the answers there."


def _progress(data: ReportData, name: str) -> Iterator[str]:
    """Fitness, and what the search says of itself: species and complexity, or the step size."""
    first, last = data.metrics[0], data.metrics[-1]
    label = f"Best fitness goes from {first['best']:.4g} to {last['best']:.4g} over {_count(len(data.metrics), 'generation')}."
    caption = "The best genome of each generation, the median, and the middle half of the population as a band."
    if "steps" in last:
        label = f"Fitness goes from {first['best']:.4g} to {last['best']:.4g} over {len(data.metrics)} generations."
        caption = "How well the network does on examples that it is not trained on, after each generation of steps."
        if "collected" in last:
            caption = "Of the middle of the generator's latent space; as long as networks are collected, of one without weights."
    if solved_after(data.metrics):
        caption += " The ring marks the solution."
    yield section("Fitness", figure_block(_plots(plot_fitness, data, f"{name}-fitness", label), caption))
    if "archive_threshold" in last:
        label = f"Novelty of the {last['archive']:,} behaviours that joined the archive, and of all others."
        caption = "How new the networks of each generation are, and how new one must be to join the archive."
        yield section("Novelty", figure_block(_plots(plot_novelty, data, f"{name}-novelty", label), caption))
    if last.get("species"):
        born = len({entry["id"] for record in data.metrics for entry in record["species"]})
        label = f"Sizes of {born} species over {len(data.metrics)} generations; {len(last['species'])} at the end."
        caption = f"{born:,} species in all, {len(last['species']):,} at the end. The oldest lie at the bottom; numbers are ids."
        caption += f" Grey, on top: all but the {BANDS} largest." if born > BANDS else ""
        yield section("Species", figure_block(_plots(plot_species, data, f"{name}-species", label), caption))
    if "hidden_best" in last:
        start, end = (_network(round(record["hidden_best"]), round(record["links_best"])) for record in (first, last))
        label = f"The fittest of the first generation has {start}, that of the last {end}."
        yield section("Complexity", figure_block(_plots(plot_complexity, data, f"{name}-complexity", label), label))
    if last.get("loss") is not None:
        begun = next(record["loss"] for record in data.metrics if record.get("loss") is not None)
        label = f"The loss goes from {begun:.3g} to {last['loss']:.3g}."
        yield section("Loss", figure_block(_plots(plot_loss, data, f"{name}-loss", label), label))
    if "lesson" in last:
        before, after = last["lesson"]["first"], last["lesson"]["last"]
        label = f"In the last generation lessons bring the median loss from {before:.3g} to {after:.3g}."
        caption = "The median loss of genomes before the first and before the last step of their lifetime."
        drawn = _plots(plot_lesson, data, f"{name}-lesson", label)
        yield section("Learning within a lifetime", figure_block(drawn, f"{caption} {label}"))
    if "sigma" in last:
        label = f"The step size goes from {first['sigma']:.3g} to {last['sigma']:.3g}."
        yield section("Step size", figure_block(_plots(plot_step_size, data, f"{name}-sigma", label), label))


def _plots(plot: Plot, data: ReportData, name: str, label: str) -> dict[str, str]:
    """A plot of the metrics for a screen and for a phone."""
    result = {}
    for kind, width, height in (("wide", WIDE, 290), ("narrow", NARROW, 230)):
        drawing, ax = plot_figure(LIGHT, width, height, Margins(left=40, right=62))
        plot(data.metrics, ax, theme=LIGHT)
        result[kind] = svg(drawing, f"{name}-{kind}", LIGHT, label)
    return result


def _champion(data: ReportData, name: str) -> Iterator[str]:
    """The champion drawn: a network, or the weights of a fixed one."""
    if data.champion is None:
        return
    label = f"The champion's network: {_size(data.champion)}."
    drawings = {}
    for kind, width in (("wide", WIDE), ("narrow", NARROW)):
        drawing = _champion_figure(data, data.champion, width)
        drawings[kind] = svg(drawing, f"{name}-champion-{kind}", LIGHT, label)
    if isinstance(data.champion, Genome):
        links = int(np.count_nonzero(data.champion.links["enabled"]))
        part = _size(data.champion).capitalize() + (f", of which the {MOST} strongest are drawn" if links > MOST else "")
        caption = f"{part}. Inputs are dots, the bias a square; width and colour show a link's weight."
        yield section("The champion’s network", figure_block(drawings, caption))
    else:
        yield section("The champion’s weights", figure_block(drawings, f"{_size(data.champion)}; orange negative, blue positive."))


def _champion_figure(data: ReportData, champion: Genome | Floats | Sequence[Floats], width: int) -> Figure:
    if isinstance(champion, Genome):
        upwards = width == NARROW
        return network_figure(champion, names_in=data.names_in, names_out=data.names_out, theme=LIGHT, width=width, upwards=upwards)
    result = figure(LIGHT, width, 200)
    draw_vector(champion, result.add_subplot(), theme=LIGHT)
    return result


def _size(champion: Genome | Floats | Sequence[Floats]) -> str:
    """A champion's size in words."""
    if isinstance(champion, Genome):
        return _network(champion.hidden, int(np.count_nonzero(champion.links["enabled"])))
    return _count(sum(np.size(layer) for layer in champion), "weight")


def _network(hidden: int, links: int) -> str:
    return f"{_count(hidden, 'hidden node')} and {_count(links, 'link')}"


def _sentences(*parts: str) -> str:
    """Those of the parts that say something, each with a capital and a full stop."""
    return " ".join(part[0].upper() + part[1:] + ("" if part[-1] in ".!?…" else ".") for part in parts if part)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _reproduce(data: ReportData) -> Iterator[str]:
    """The command, the facts and the configuration."""
    parts = [f"<pre>{escape(data.command)}</pre>"] if data.command else []
    if data.facts:
        parts.append(definitions("facts", data.facts))
    if data.config_toml:
        parts.append(f"<details><summary>Configuration</summary><pre>{escape(data.config_toml)}</pre></details>")
    if parts:
        yield section("To reproduce it", *parts)
