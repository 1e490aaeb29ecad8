"""Pictures of runs: the champion at work, plots, and the report. Gathers what the drawing functions need, and writes files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore.errors import InputError, TaskError, require, unknown
from neatcore.files import load
from neatcore.genome import Genome
from neatcore.interfaces import Answers, Floats, Frames, Named, Scene, Showable
from neatcore.perceptron import Layers
from runner.compare import grouped
from runner.directory import Run, find_run, find_runs, slug
from runner.disk import write_bytes, write_text
from runner.session import Parts, assemble
from runner.settings import file_layer, resolve
from tasks.registry import find_task
from viz import progress
from viz.behaviour import encode
from viz.report import ReportData, report
from viz.species import plot_species
from viz.style import Margins, figure, plot_figure
from viz.svg import png, svg
from viz.topology import network_figure
from viz.vector import draw_vector

SIZE = (720, 290)  # of a plot, in pixels
CURVES: Mapping[str, tuple[str, Callable[..., Axes]]] = {  # a plot by name, and the key of the metrics that it is about
    "fitness": ("best", progress.plot_fitness),
    "species": ("species", plot_species),
    "complexity": ("hidden_best", progress.plot_complexity),
    "step-size": ("sigma", progress.plot_step_size),
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
    possible = [name for name, (key, _) in CURVES.items() if key in rows[-1]] + ["champion"]
    for name in names:
        if name not in possible:
            raise unknown("plot of this run", name, possible)
    names = names or possible
    if out and out.suffix:
        require(len(names) == 1, f"{out} is one file for {len(names)} plots; name one plot, or a folder")
        return [_save_figure(out, _plot(run, rows, names[0], theme))]
    folder = out or run.media
    drawn = {name: _plot(run, rows, name, theme) for name in names}
    return [_save_figure(folder / f"{name}{suffix}", drawing) for name, drawing in drawn.items() for suffix in (".svg", ".png")]


def save_report(references: Sequence[str], out: Path | None) -> Path:
    """One page about the runs; in the directory of the run unless `out` says where."""
    runs = [run for reference in references for run in find_runs([reference])]
    page = report([report_data(run) for run in runs])
    path = out or runs[-1].path / "report.html"
    write_text(path, page)
    return path


def save_comparison(references: Sequence[str], out: Path, theme: str = "light") -> Path:
    """The best fitness and the share of solved runs over evaluations, a curve for each group of runs."""
    groups = {label: [run.rows() for run in runs] for label, runs in grouped(find_runs(list(references))).items()}
    groups = {label: [rows for rows in members if rows] for label, members in groups.items()}
    drawing = figure(theme, 2 * SIZE[0], SIZE[1] + 40, Margins())
    left, right = drawing.subplots(1, 2, gridspec_kw={"wspace": 0.3})
    progress.plot_comparison(groups, left, theme=theme)
    progress.plot_success(groups, right, theme=theme)
    return _save_figure(out, drawing)


def report_data(run: Run) -> ReportData:
    """What a report tells of a run."""
    record, rows, parts = run.record, run.rows(), _parts(run)
    require(rows, f"run {run.name} has no generation to report yet; go on with: neatcore resume {run.path}")
    champion, (names_in, names_out) = load(run.champion()), _names(parts)
    facts = [("seed", str(record["seed"])), ("started", str(record["started"])[:19].replace("T", " "))]
    return ReportData(
        title=slug(record["task"]),
        task=find_task(record["task"]).summary,
        metrics=rows,
        facts=facts + [(name, str(number)) for name, number in record["versions"].items()],
        champion=_drawable(parts, champion),
        shown=_show_if_possible(run, parts, champion),
        command=record["command"],
        config_toml=run.config.read_text(encoding="utf-8"),
        names_in=names_in,
        names_out=names_out,
    )


def _parts(run: Run) -> Parts:
    return assemble(resolve(layers=[file_layer(run.config)]), run.record["seed"])


def _names(parts: Parts) -> tuple[Sequence[str] | None, Sequence[str] | None]:
    """What the task calls its inputs and outputs, where it does."""
    return parts.task.names if isinstance(parts.task, Named) else (None, None)


def _show(run: Run, parts: Parts, champion: Genome | Floats, seed: int) -> Scene | Frames | Answers:
    """An episode of a champion."""
    if not isinstance(parts.task, Showable):
        raise InputError(f"task {run.record['task']} has nothing to show: it has no method show(policy, rng)")
    policy = parts.model.bind(parts.encoding.decode([champion]))
    try:
        return parts.task.show(policy, default_rng(seed))
    except (InputError, TaskError):
        raise
    except Exception as error:
        raise TaskError(f"task {run.record['task']} raised {type(error).__name__} in show: {error}") from error


def _show_if_possible(run: Run, parts: Parts, champion: Genome | Floats) -> Scene | Frames | Answers | None:
    """A report without a picture is better than none."""
    try:
        return _show(run, parts, champion, 0)
    except (InputError, TaskError) as error:
        print(f"the report goes without the champion at work: {error}", file=sys.stderr)
        return None


def _drawable(parts: Parts, champion: Genome | Floats) -> Genome | Floats | Sequence[Floats]:
    """A champion as it is best drawn: vectors as the layers that they stand for."""
    if isinstance(champion, Genome):
        return champion
    weights = parts.encoding.decode([champion])
    return [matrix[0] for matrix in weights.matrices] if isinstance(weights, Layers) else champion


def _plot(run: Run, rows: Sequence[Mapping[str, Any]], name: str, theme: str) -> Figure:
    if name == "champion":
        return _champion_figure(run, theme)
    drawing, ax = plot_figure(theme, *SIZE)
    CURVES[name][1](rows, ax, theme=theme)
    return drawing


def _champion_figure(run: Run, theme: str) -> Figure:
    parts = _parts(run)
    champion = _drawable(parts, load(run.champion()))
    if isinstance(champion, Genome):
        names_in, names_out = _names(parts)
        return network_figure(champion, names_in=names_in, names_out=names_out, theme=theme)
    drawing = figure(theme, *SIZE)
    draw_vector(champion, drawing.add_subplot(), theme=theme)
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
