"""Pictures of runs: the champion at work, plots, and the report. Gathers what the drawing functions need, and writes files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore.errors import InputError, TaskError, require, unknown
from neatcore.files import load
from neatcore.genome import Genome
from neatcore.interfaces import Array, Embedded, Floats, Named, Pictorial, Showable, Shown
from neatcore.loop import blaming
from neatcore.nets import Direct
from neatcore.perceptron import Layers
from runner import connectivity
from runner.charts import Chart, chart_of
from runner.compare import grouped
from runner.curves import Curves
from runner.directory import Run, find_run, find_runs, slug
from runner.disk import write_bytes, write_text
from runner.display import said
from runner.reading import PLOT, Moving, moving_of, moving_section
from runner.scaling import kept
from runner.sections import pattern_section, scaling_section, weights_section
from runner.session import Parts, assemble, outcome, tested_of
from runner.settings import file_layer, resolve
from tasks.agents import Agents
from tasks.patterns import Pattern
from tasks.registry import find_task
from tasks.strokes import Strokes
from tasks.text import Text
from viz import progress
from viz.behaviour import checked, encode
from viz.novelty import plot_coverage, plot_novelty
from viz.report import ReportData, Section, report
from viz.species import plot_species
from viz.style import figure, plot_figure
from viz.svg import png, svg
from viz.topology import network_figure
from viz.vector import draw_vector
from viz.weights import weights_figure

SIZE = (720, 290)  # of a plot, in pixels
DRAWN = 1000  # links of a network that can still be drawn
CURVES: Mapping[str, tuple[str, Callable[..., Axes]]] = {  # a plot by name, and the key of the metrics that it is about
    "fitness": ("best", progress.plot_fitness),
    "species": ("species", plot_species),
    "complexity": ("hidden_best", progress.plot_complexity),
    "loss": ("loss", progress.plot_loss),
    "lesson": ("lesson", progress.plot_lesson),
    "step-size": ("sigma", progress.plot_step_size),
    "novelty": ("archive_threshold", plot_novelty),
    "coverage": ("coverage", plot_coverage),
}


def save_replay(reference: str, out: Path | None, champion: str, seed: int) -> Path:
    """The champion at work, in a file whose ending says how. InputError where the task has nothing to show."""
    run = find_run(reference)
    parts = _parts(run)
    shown = _show(run, parts, load(run.champion(champion)), seed)
    path = out or run.media / "champion.webp"
    write_bytes(path, encode(shown, path.suffix.lower()))
    return path


def save_plots(reference: str, names: Sequence[str], out: Path | None, theme: str) -> list[Path]:
    """Plots of a run as SVG and PNG among its media, or in the folder or the file `out`."""
    run = find_run(reference)
    rows = run.rows()
    require(rows, f"run {run.name} has no generation to plot yet")
    subject = Subject(run, rows, theme)
    recorded = names and set(names) <= set(subject.curves)
    names = _wanted(names, subject.curves if recorded else subject.plots)
    if out and out.suffix:
        require(len(names) == 1, f"{out} is one file for {len(names)} plots; name one plot, or a folder")
        return [_save_figure(out, subject.draw(names[0]))]
    folder = out or run.media
    drawn = {name: subject.draw(name) for name in names}
    return [_save_figure(folder / f"{name}{suffix}", drawing) for name, drawing in drawn.items() for suffix in (".svg", ".png")]


def _wanted(names: Sequence[str], possible: Sequence[str]) -> Sequence[str]:
    """The plots that names stand for, each once; all where there are none. InputError names the nearest that there is."""
    wired = [name for name in possible if name.startswith(connectivity.ALL)]
    wanted = []
    for name in names:
        if name not in possible and not (wired and name == connectivity.ALL):
            raise unknown("plot of this run", name, [*possible, connectivity.ALL] if wired else possible)
        wanted += wired if name == connectivity.ALL else [name]
    return list(dict.fromkeys(wanted)) or possible


def save_report(references: Sequence[str], out: Path | None) -> Path:
    """One page about the runs; in the directory of the run, or of the last of several, unless `out` says where."""
    runs = [run for reference in references for run in find_runs([reference])]
    page = report([report_data(run, place, title) for place, (run, title) in enumerate(titled(runs), 1)])
    path = out or runs[-1].path / ("report.html" if len(runs) == 1 else f"report-{len(runs)}-runs.html")
    write_text(path, page)
    return path


def titled(runs: Sequence[Run]) -> list[tuple[Run, str]]:
    """Runs, and what to call each: by its task alone, or by what tells it from others; by its seed, and at last by its name."""
    label_of = {run.path: label for label, members in grouped(runs).items() for run in members}
    found = [(run, label_of[run.path], run.record["seed"]) for run in runs]
    labels, seeded = Counter(label for _, label, _ in found), Counter((label, seed) for _, label, seed in found)
    titles = []
    for run, label, seed in found:
        title = label if labels[label] == 1 else f"{label}, seed {seed}"
        titles.append((run, title if seeded[label, seed] == 1 else f"{label}, {run.name}"))
    return titles


def save_comparison(references: Sequence[str], out: Path, theme: str = "light") -> Path:
    """The best fitness and the share of solved runs over evaluations, a curve for each group of runs."""
    runs = find_runs(list(references))
    groups = {label: [rows for run in members if (rows := run.rows())] for label, members in grouped(runs).items()}
    counted = " or ".join(sorted({f"{outcome(run).unit}s" for run in runs}))
    return _save_figure(out, progress.comparison_figure(groups, counted=counted, theme=theme))


def report_data(run: Run, place: int = 1, title: str = "") -> ReportData:
    """What a report tells of a run, the `place`-th of it."""
    record, rows, parts = run.record, run.rows(), _parts(run)
    require(rows, f"run {run.name} has no generation to report yet; go on with: neatcore resume {said(run.path)}")
    champion, (names_in, names_out) = load(run.champion()), _names(parts)
    facts = [("seed", str(record["seed"])), ("started", str(record["started"])[:19].replace("T", " "))]
    return ReportData(
        title=title or slug(record["task"]),
        task=find_task(record["task"]).summary,
        metrics=rows,
        facts=facts + [(name, str(number)) for name, number in record["versions"].items()],
        champion=_drawable(parts, champion),
        shown=_show_if_possible(run, parts, champion),
        command="\n".join([record["command"], *_gone_on(run)]),
        config_toml=run.config.read_text(encoding="utf-8"),
        names_in=names_in,
        names_out=names_out,
        extra=list(_sections(run, parts, champion, f"run-{place}")),
        tested=tested_of(record),
    )


def _gone_on(run: Run) -> Iterator[str]:
    """What makes the run of its command as long as it has become."""
    more = run.record["goal"]["generations"] - resolve(layers=[file_layer(run.config)]).run.generations
    if more > 0:
        yield f"neatcore resume latest --generations {more}"


def _sections(run: Run, parts: Parts, champion: Genome | Floats, name: str) -> Iterator[Section]:
    """What a report tells besides: the pattern of a network that paints, connectivity, and how the champion scales."""
    if isinstance(parts.task, Pattern) and isinstance(champion, Genome) and isinstance(parts.encoding, Direct):
        yield pattern_section(champion)
    if isinstance(parts.task, Text | Strokes):
        from runner.sampling import sample_section

        sampled = sample_section(run, parts)
        if sampled:
            yield sampled
    weights = _named_weights(parts, champion)
    if weights:
        yield weights_section(weights, _embeddings(parts, champion), _pixels(parts), _several(parts))
    moving = moving_of(parts, champion, weights)
    if moving:
        yield moving_section(moving)
    if isinstance(parts.task, Agents):
        from runner.agents import sections

        yield from sections(run)
    chart = chart_of(run, parts, champion)
    if chart and chart.told:
        yield chart.section()
    wiring = connectivity.wiring_of(parts, champion, run.record["task"])
    if wiring:
        yield connectivity.connectivity_section(wiring, name)
    found = kept(run)
    if found:
        yield scaling_section(found)


def _parts(run: Run) -> Parts:
    return assemble(resolve(layers=[file_layer(run.config)]), run.record["seed"])


def _names(parts: Parts) -> tuple[Sequence[str] | None, Sequence[str] | None]:
    """What the ends of a champion are called: by the encoding, whose networks may be others than the task's, or by the task."""
    for part in (parts.encoding, parts.task):
        if isinstance(part, Named) and part.names:
            inputs, outputs = ([str(name) for name in names] for names in part.names)
            return inputs, outputs
    return None, None


def _show(run: Run, parts: Parts, champion: Genome | Floats, seed: int) -> Shown:
    """An episode of a champion."""
    if not isinstance(parts.task, Showable):
        raise InputError(f"task {run.record['task']} has nothing to show: it has no method show(policy, rng)")
    policy = parts.model.bind(parts.encoding.decode([champion]))
    with blaming(parts.task, "in show"):
        shown = parts.task.show(policy, default_rng(seed))
    try:
        return checked(shown)
    except InputError as error:
        raise TaskError(f"task {run.record['task']} answered, asked to show: {error}") from error


def _show_if_possible(run: Run, parts: Parts, champion: Genome | Floats) -> Shown | None:
    """A report without a picture is better than none. Of texts and drawings it has samples instead."""
    if isinstance(parts.task, Text | Strokes):
        return None
    try:
        return _show(run, parts, champion, 0)
    except (InputError, TaskError) as error:
        print(f"the report goes without the champion at work: {error}", file=sys.stderr)
        return None


def _named_weights(parts: Parts, champion: Genome | Floats) -> Mapping[str, Array]:
    """The arrays by name that a champion's weights are; none where its network is of another kind."""
    weights = parts.encoding.decode([champion])
    return {name: array[0] for name, array in weights.items()} if isinstance(weights, Mapping) else {}


def _embeddings(parts: Parts, champion: Genome | Floats) -> Mapping[str, Array]:
    """What a hypernetwork writes a champion's weights of; none of other encodings."""
    return parts.encoding.embedded(champion) if isinstance(parts.encoding, Embedded) and not isinstance(champion, Genome) else {}


def _several(parts: Parts) -> bool:
    """Whether a champion stands for several networks, which answer together."""
    from hypernets.ensembles import Ensemble

    return isinstance(parts.model, Ensemble)


def _pixels(parts: Parts) -> Sequence[int]:
    """The shape of the pictures that a network reads; none where it reads none."""
    return parts.task.picture_shape if isinstance(parts.task, Pictorial) else ()


def _drawable(parts: Parts, champion: Genome | Floats) -> Genome | Floats | Sequence[Floats] | None:
    """A champion as it is best drawn: vectors as the layers that they stand for; networks of too many links, and weights that have
    a picture of their own, not at all."""
    if isinstance(champion, Genome):
        return champion if len(champion.links) <= DRAWN else None
    weights = parts.encoding.decode([champion])
    if isinstance(weights, Mapping):
        return None
    return [matrix[0] for matrix in weights.matrices] if isinstance(weights, Layers) else champion


@dataclass(frozen=True, eq=False)
class Subject:
    """A run to plot: its generations, its champion."""

    run: Run
    rows: Sequence[Mapping[str, Any]]
    theme: str

    @cached_property
    def parts(self) -> Parts:
        return _parts(self.run)

    @cached_property
    def champion(self) -> Genome | Floats | Sequence[Floats] | None:
        return _drawable(self.parts, load(self.run.champion()))

    @cached_property
    def wiring(self) -> connectivity.Wiring | None:
        return connectivity.wiring_of(self.parts, load(self.run.champion()), self.run.record["task"])

    @cached_property
    def weights(self) -> Mapping[str, Array]:
        return _named_weights(self.parts, load(self.run.champion()))

    @cached_property
    def moving(self) -> Moving | None:
        return moving_of(self.parts, load(self.run.champion()), self.weights)

    @cached_property
    def chart(self) -> Chart | Curves | None:
        return chart_of(self.run, self.parts, load(self.run.champion()))

    @property
    def curves(self) -> list[str]:
        """The plots of what was recorded, for which the task is not needed."""
        return [name for name, (key, _) in CURVES.items() if key in self.rows[-1]]

    @property
    def plots(self) -> list[str]:
        """The plots that there can be."""
        champion = ["champion"] * (self.champion is not None) + ["weights"] * bool(self.weights)
        champion += [PLOT] * (self.moving is not None)
        return [*self.curves, *champion, *(self.chart.plots if self.chart else ()), *(self.wiring.plots if self.wiring else ())]

    def draw(self, name: str) -> Figure:
        if name in CURVES:
            drawing, ax = plot_figure(self.theme, *SIZE)
            CURVES[name][1](self.rows, ax, theme=self.theme)
            return drawing
        if name == "weights":
            embeddings, pixels = _embeddings(self.parts, load(self.run.champion())), _pixels(self.parts)
            return weights_figure(
                self.weights, embeddings=embeddings, pixels=pixels, several=_several(self.parts), theme=self.theme
            )
        if name == PLOT and self.moving:
            return self.moving.draw(self.theme)
        if self.chart and name in self.chart.plots:
            return self.chart.draw(name, self.theme)
        if self.wiring and name in self.wiring.plots:
            return self.wiring.draw(name, self.theme)
        return self._champion_figure()

    def _champion_figure(self) -> Figure:
        if isinstance(self.champion, Genome):
            names_in, names_out = _names(self.parts)
            return network_figure(self.champion, names_in=names_in, names_out=names_out, theme=self.theme)
        drawing = figure(self.theme, *SIZE)
        draw_vector([] if self.champion is None else self.champion, drawing.add_subplot(), theme=self.theme)
        return drawing


def _save_figure(path: Path, drawing: Figure) -> Path:
    """Write a .png or .svg file."""
    if path.suffix not in (".png", ".svg"):
        raise unknown("kind of picture file", path.suffix, (".png", ".svg"))
    write_bytes(path, png(drawing) if path.suffix == ".png" else standalone(svg(drawing, path.stem)))
    return path


def standalone(element: str) -> bytes:
    """An <svg> element as a file."""
    named = element if "xmlns=" in element else element.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return named.encode()
