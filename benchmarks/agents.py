"""Agent embeddings (Chang, Kwiatkowski, Chen & Lipson 2019): 74,000 networks that balance a pole, and what makes more of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.random import default_rng

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import Row, Variant, command_of, run_all, seeds_of
from neatcore.files import npz, read_npz, save
from runner.agents import Embedding
from runner.directory import runs_root
from runner.disk import write_bytes, write_text
from runner.session import assemble
from tasks.agents import Agents
from viz.agents import Curve, densities_figure, lines_figure, map_figure

if TYPE_CHECKING:
    from hypernets.agents.search import AgentSearch
    from hypernets.agents.studies import Lines

NAME = "agents"
SEED, SEEDS, PASSES, MADE = 1, 3, 20, 1000  # SEED: of the run that is drawn
MAIN, RAW = "aligned, β = 0.003", "as they were, β = 0.003"
WORDS = {
    MAIN: (),
    "aligned, β = 0.001": ("beta=0.001",),
    "aligned, β = 0.01": ("beta=0.01",),
    RAW: ("align=false",),
    "as they were, β = 0.01": ("align=false", "beta=0.01"),
}
PAPER = {  # group: networks; steps survived by them and by generated ones, mean and deviation
    "1–50": (25_608, 21.8, 11.5, 11.0, 9.7),
    "51–100": (9_400, 69.7, 14.2, 77.3, 46.5),
    "101–150": (10_103, 132.6, 13.1, 127.0, 55.3),
    "151–200": (28_889, 184.9, 16.3, 116.4, 58.6),
    "all": (74_000, 106.7, 73.3, 136.7, 42.8),
}
ENDS = ("1-50", "151-200")
SPACES = ("latent", "weights", "aligned")
WORDED = ("variant", "group")  # columns of words


def variants() -> list[Variant]:
    return [Variant(name, "agents:cartpole", "chang2019", words) for name, words in WORDS.items()]


def kept(seed: int) -> Path:
    """Where the networks are kept, so that they are collected once for all variants, and go on where they stopped."""
    return runs_root() / f"{NAME}-networks-{seed}.npz"


def generator(seed: int = SEED) -> Path:
    """Where the generator of the first variant is kept."""
    return runs_root() / f"{NAME}-generator-{seed}.npz"


def fitted(variant: Variant, seed: int, passes: int, path: Path) -> Embedding:
    """The search of a variant after so many passes over the networks in `path`, which are collected where they are not there."""
    parts = assemble(variant.settings(1), seed)
    search: AgentSearch = parts.search  # type: ignore[assignment]
    task = parts.task
    if path.exists():
        search.source.restore(read_npz(path))
    while not search.source.done:
        search.source.advance(task)
        write_bytes(path, npz(search.source.state()))
    search.gather()
    for _ in range(passes):
        search.advance(parts.rng)
    return Embedding(search, task.inner if isinstance(task, Agents) else task)


def attempt(variant: Variant, seed: int, passes: int) -> list[Row]:
    """A row for each group. What concerns the whole embedding stands in the row of all."""
    from hypernets.agents.studies import between, knowledge

    begun = process_time()
    found, rng = fitted(variant, seed, passes, kept(seed)), default_rng(seed)
    seconds = process_time() - begun
    rows = [{"variant": variant.name, "seed": seed, **made.row} for made in found.made(MADE, seed)]
    ends = (found.chosen(ENDS[0], "from", rng), found.chosen(ENDS[1], "to", rng))
    lines = between(found.collection, found.all, found.task, ends, seed)
    known = knowledge(found.collection, found.all.embed(found.collection.vectors), rng)
    said = {"r2": known.linear, "r2_squares": known.squares, "r2_weights": known.weights, "r2_aligned": known.aligned}
    said |= line_figures(lines)
    figures = {name: round(float(value), 3) for name, value in said.items()} | {"processor": round(seconds)}
    if variant.name == MAIN:
        save(generator(seed), found.search.genomes[0])
        if seed == SEED:
            pictures(found, runs_root(), seed)
    return [row | (figures if row["group"] == "all" else dict.fromkeys(figures, "")) for row in rows]


def line_figures(lines: Lines) -> dict[str, float]:
    """How far lines are from straight; and how fit their ends are as they were learnt, and as the generator makes them again."""
    said = {f"bend_{space}": lines.bend(getattr(lines, space)) for space in SPACES}
    said |= {f"mean_bend_{space}": lines.mean_bend(getattr(lines, space)) for space in SPACES}
    said["bend_learnt_ends"] = lines.bend(lines.latent, lines.weights)
    for name, fitness in (("learnt", lines.weights), ("made", lines.latent)):
        first, last = lines.ends(fitness).mean(axis=1)
        said |= {f"from_{name}": first, f"to_{name}": last}
    return said


# --- the page -----------------------------------------------------------------------------------------------------------


def pictures(found: Embedding, folder: Path, seed: int) -> None:
    """Figures 4 and 7 of the paper, and the map."""
    from hypernets.agents.studies import between, knowledge, plane

    rng = default_rng(seed)
    groups = {each.group: (each.theirs, each.made) for each in found.made(MADE, seed)}
    write_figure(folder / f"{NAME}.svg", densities_figure(groups, "steps survived"), LABELS[""])
    rows = (found.chosen(ENDS[0], "from", rng), found.chosen(ENDS[1], "to", rng))
    lines = between(found.collection, found.all, found.task, rows, seed)
    names = {"latent": "latent space", "weights": "weights", "aligned": "weights, aligned"}
    curves = [Curve(name, getattr(lines, space)) for space, name in names.items()]
    drawn = lines_figure(lines.shares, curves, ENDS, "steps survived; dashed: straight from end to end")
    write_figure(folder / f"{NAME}-lines.svg", drawn, LABELS["-lines"])
    codes, fitness = found.all.embed(found.collection.vectors), found.collection.fitness
    guide = knowledge(found.collection, codes, rng).guide
    shown = rng.permutation(len(codes))[:6000]
    places = plane(codes, guide)[shown]
    write_figure(folder / f"{NAME}-map.svg", map_figure(places, fitness[shown], "steps survived"), LABELS["-map"])


LABELS = {
    "": "Steps survived by the networks of each group, and by those that its generator made",
    "-lines": "Steps survived along lines from networks to others, in the latent space and among weights",
    "-map": "Networks in the latent space, by the steps they survive",
}


def of(rows: Sequence[Row], variant: str) -> dict[str, dict[str, float]]:
    """The figures of a variant by group, the mean of all runs."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["variant"] == variant:
            found.setdefault(row["group"], []).append(row)
    return {
        group: {
            key: float(np.mean([float(run[key]) for run in runs])) for key in runs[0] if key not in WORDED and runs[0][key] != ""
        }
        for group, runs in found.items()
    }


def runs_of(rows: Sequence[Row], variant: str) -> dict[int, dict[str, dict[str, float]]]:
    """The same of each run, by seed."""
    seeds = sorted({int(row["seed"]) for row in rows if row["variant"] == variant})
    return {seed: of([row for row in rows if int(row["seed"]) == seed], variant) for seed in seeds}


def pair(row: Row | Mapping[str, float], name: str) -> str:
    return f"{float(row[f'{name}_mean']):.1f} ± {float(row[f'{name}_sd']):.1f}"


def beside(rows: Sequence[Row]) -> str:
    """The paper's table 1 beside ours."""
    lines = []
    for group, row in of(rows, MAIN).items():
        count, mean, sd, made, made_sd = PAPER[group]
        ours = (f"{row['networks']:,.0f}", *(pair(row, name) for name in ("theirs", "made", "posterior", "normal")))
        lines.append((group, f"{count:,}", f"{mean} ± {sd}", f"{made} ± {made_sd}", *ours, f"{row['middle']:.0f}"))
    theirs, ours = ("networks, 2019", "survive", "generated"), ("networks, here", "survive", "generated", "generated, own z")
    head = ("group", *theirs, *ours, "normal", "mean network")
    return table(head, lines)


def compared(rows: Sequence[Row]) -> str:
    """What every variant generates, in the mean of runs, and whether it collapsed."""
    lines = []
    for name in WORDS:
        found = of(rows, name)
        if found:
            means = [f"{row['made_mean']:.0f}" for row in found.values()]
            variety = [f"{found[group]['variety']:.2f}" for group in ("1–50", "all")]
            known = [f"{found['all'][key]:.2f}" for key in ("r2", "r2_squares")]
            bends = [f"{found['all'][f'bend_{space}']:.1f}" for space in ("latent", "learnt_ends", "weights")]
            ends = " to ".join(f"{found['all'][f'{end}_made']:.0f}" for end in ("from", "to"))
            lines.append((name, *means, *variety, *known, ends, *bends))
    head = ("variant", *PAPER, "variety, 1–50", "variety, all", "R²", "R², squares", "ends", *BENDS)
    return table(head, lines)


def result(rows: Sequence[Row], folder: Path, passes: int) -> Result:
    """The page; its figures, drawn when the first variant ran, are taken from where networks are kept."""
    for suffix in LABELS:
        drawn = runs_root() / f"{NAME}{suffix}.svg"
        if drawn.exists():
            write_text(folder / drawn.name, drawn.read_text(encoding="utf-8"))
    whole, count = of(rows, MAIN)["all"], len(runs_of(rows, MAIN))
    bends = [f"{whole[f'bend_{space}']:.0f}" for space in (*SPACES, "learnt_ends")]
    headline = (
        f"Networks drawn from the generator of all {whole['networks']:,.0f} survive {whole['made_mean']:.1f} steps of 200 in the "
        f"mean, those it was fitted to {whole['theirs_mean']:.1f} (2019: 136.7 and 106.7); along lines from bad to good networks "
        f"survival is {bends[0]} steps from a straight line between the ends in the latent space, {bends[1]} among weights, "
        f"{bends[2]} among aligned ones; from the line between the ends as they were learnt, the latent one is {bends[3]} away. "
        f"{count} {'run' if count == 1 else 'runs, each with networks of its own'}."
    )
    parts = [
        beside(rows),
        notes(passes),
        f"![{LABELS['']}]({NAME}.svg)",
        "## Lines\n\n" + line_notes(whole),
        f"![{LABELS['-lines']}]({NAME}-lines.svg)",
        "## What the embedding knows\n\n" + known_notes(whole),
        f"![{LABELS['-map']}]({NAME}-map.svg)",
        "## Each run\n\n" + each_run(rows),
        "## Other settings\n\n" + compared(rows),
        order_notes(rows),
        OTHERS.strip(),
        "Nearly the same by hand:\n\n    neatcore train agents task=cartpole --seed 1\n    neatcore sample latest --agents 1000\n"
        f"    neatcore interpolate latest --from {ENDS[0]} --to {ENDS[1]}",
        f"All figures: [{NAME}.csv]({NAME}.csv).",
    ]
    title = "Agent embeddings: generators of networks that balance a pole"
    return Result(
        NAME, title, headline, command_of(NAME, passes=(passes, PASSES), seeds=(seeds_of(rows), SEEDS)), "\n\n".join(parts)
    )


def each_run(rows: Sequence[Row]) -> str:
    """What must hold run by run: where the generator of all stands, and that latent lines are the straighter ones."""
    lines = []
    for name in (MAIN, RAW):
        for seed, found in runs_of(rows, name).items():
            whole = found["all"]
            best = max((group for group in found if group != "all"), key=lambda group: found[group]["made_mean"])
            bends = [f"{whole[f'bend_{space}']:.1f}" for space in ("latent", "learnt_ends", "weights", "aligned")]
            best_of = f"{best}: {found[best]['made_mean']:.1f}"
            lines.append((name, seed, f"{whole['theirs_mean']:.1f}", f"{whole['made_mean']:.1f}", best_of, *bends))
    return table(("variant", "seed", "learnt", "generated, of all", "best group", *BENDS, "bend, aligned"), lines)


def notes(passes: int) -> str:
    return f"""
`generated` are {MADE:,} networks of z from N(0, I), `own z` as many of a normal distribution like that of the group's embeddings.
`normal` and `mean network` are controls that nothing was fitted for: as many weights of a normal distribution with the group's mean
and so much of its covariance that they are as varied as what is generated; and the one network whose weights are the group's mean.
Survival is the mean over 10 episodes of at most 200 steps, of the network that takes the likelier action, by the project's own
cart. Each generator takes {passes} passes over its networks.

The paper does not tell layers, sizes of the latent space, or rates: all of that is chosen here, as
[agents.md](../agents.md) says. So the table shows what such a set-up gives, not a repetition.
""".strip()


def order_notes(rows: Sequence[Row]) -> str:
    """Where the paper's order is found again, and how long all of it took."""
    counts = []
    for name in WORDS:
        found = runs_of(rows, name).values()
        alike = sum(run["all"]["made_mean"] == max(group["made_mean"] for group in run.values()) for run in found)
        counts += [f"in {alike} of {len(found)} with `{name}`"] if alike else []
    said = f"so they do {', '.join(counts)}" if counts else "they do in no run here"
    seconds = [max(run["all"]["processor"] for run in runs_of(rows, name).values()) for name in WORDS if of(rows, name)]
    rest = f", the others, for their generators alone, {min(seconds[1:]):.0f} to {max(seconds[1:]):.0f}" if seconds[1:] else ""
    return (
        f"In the paper networks of the generator of all survive longer than those of any group's; of the runs {said}. The first of "
        f"these settings took {seconds[0]:.0f} seconds of the processor, in which the networks were learnt and its five generators "
        f"fitted{rest}."
    )


def line_notes(whole: Mapping[str, float]) -> str:
    bends = {space: (whole[f"bend_{space}"], whole[f"mean_bend_{space}"]) for space in SPACES}
    latent, weights, even = bends.values()
    return (
        f"Two hundred pairs of networks, one of {ENDS[0]} and one of {ENDS[1]}. From the straight line between its own ends, "
        f"survival of a pair is {latent[0]:.1f} steps away in the latent space, {weights[0]:.1f} among weights, and {even[0]:.1f} "
        f"among weights after hidden units were aligned. Of the mean over all pairs, in which ups and downs cancel out, it is "
        f"{latent[1]:.1f}, {weights[1]:.1f} and {even[1]:.1f}.\n\n" + end_notes(whole)
    )


def end_notes(whole: Mapping[str, float]) -> str:
    """That the generator changes the ends of its lines, and what that does to the comparison."""
    learnt, made = ([whole[f"{end}_{name}"] for end in ("from", "to")] for name in ("learnt", "made"))
    return (
        "The ends of a latent line are networks as the generator makes them again, and no longer quite those that were learnt: "
        f"these survive {learnt[0]:.1f} and {learnt[1]:.1f} steps in the mean, made again {made[0]:.1f} and {made[1]:.1f}. A line "
        "between ends that are nearer to each other bends less. From the straight line between the networks as they were learnt, "
        f"survival along the latent line is {whole['bend_learnt_ends']:.1f} steps away."
    )


def known_notes(whole: Mapping[str, float]) -> str:
    return (
        "Survival predicted from the embedding of a network that was kept back from the prediction, though not from the embedding: "
        f"R² {whole['r2']:.2f} by a line, {whole['r2_squares']:.2f} with squares and products; by a line from its weights as "
        f"they were {whole['r2_weights']:.2f}, from those of aligned hidden units {whole['r2_aligned']:.2f}. On the map, to the "
        "right is where the line says that networks survive longer."
    )


BENDS = ("bend, latent", "from learnt ends", "bend, weights")
OTHERS = """
Mean survival of generated networks by group, the mean of runs. β is what a nat of KL divergence costs. `variety` is the variance of
generated weights as a share of that of the networks fitted to; near 0 the generator has collapsed, and makes always the same
network. `ends` are the survival of latent lines' ends, as the generator makes them again. A bend is the mean distance of a pair's
survival from its straight line; `from learnt ends`, of the latent line from that between the networks as they were learnt.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N, each with networks of its own")] = SEEDS,
    passes: Annotated[int, typer.Option(help="passes of every generator over its networks")] = PASSES,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; networks and variants that are there already are not made again."""
    rows = run_all(attempt, variants(), range(1, seeds + 1), passes, folder / f"{NAME}.csv", 1)
    result(rows, folder, passes).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
