"""A training step of recurrent networks, beside the same cells written down as in the paper, step by step; in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import typer

from benchmarks.command import run
from benchmarks.race import Watch
from benchmarks.results import FOLDER, Result, table, write_csv
from benchmarks.sample import grouped, significant
from hypernets.losses import cross_entropy
from hypernets.packing import Packing
from hypernets.recurrent import Cell, HyperLstm, Lstm, Recurrent
from neatcore.prefixes import within

NAME, SYMBOLS = "recurrent-speed", 50
Slope = Callable[[], Any]
Weights = Mapping[str, jax.Array]


@dataclass(frozen=True)
class Work:
    """A network on so many lanes of so many steps."""

    name: str
    cell: Cell
    lanes: int
    steps: int


def works(units: int, lanes: int, steps: int) -> list[Work]:
    hyper = max(1, units // 4)
    return [
        Work("LSTM", Lstm(SYMBOLS, units), lanes, steps),
        Work("LN-LSTM", Lstm(SYMBOLS, units, layer_norm=True), lanes, steps),
        Work("HyperLSTM", HyperLstm(SYMBOLS, units, hyper, 4), lanes, steps),
        Work("LN-HyperLSTM", HyperLstm(SYMBOLS, units, hyper, 4, layer_norm=True), lanes, steps),
    ]


def plain_step(cell: Lstm | HyperLstm, weights: Weights, state: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One step as the paper writes it: a product for each matrix, one batched product for the scales."""
    if isinstance(cell, Lstm):
        h, c = jnp.split(state, 2, -1)
        h, c = cell.gated(weights, x @ weights["input"] + h @ weights["recurrent"] + weights["bias"], c, None)
        return jnp.concatenate([h, c], -1), h
    h, c, hyper = jnp.split(state, [cell.units, 2 * cell.units], -1)
    hyper, watching = plain_step(cell.hyper, within("hyper.", weights), hyper, jnp.concatenate([h, x], -1))
    bias = jnp.pad(weights["embed.bias"], (0, 4 * cell.embedding))
    z = (watching @ weights["embed.kernel"] + bias).reshape(len(x), 3, 4, cell.embedding)
    scales = weights["scale.kernel"].reshape(3, 4, cell.embedding, cell.units)
    d = [jnp.einsum("sge,gen->sgn", z[:, kind], scales[kind]).reshape(len(x), -1) for kind in range(3)]
    sums = d[0] * (h @ weights["recurrent"]) + d[1] * (x @ weights["input"]) + d[2] + weights["bias"]
    h, c = cell.main.gated(weights, sums, c, None)
    return jnp.concatenate([h, c, hyper], -1), h


def contestants(work: Work) -> tuple[Slope, Slope]:
    """The gradient of the mean cross-entropy over a batch, ours and plain."""
    net = Recurrent((work.cell,), SYMBOLS, recompute=True)
    symbols = jax.random.randint(jax.random.key(1), (work.steps + 1, work.lanes), 0, SYMBOLS)
    weights, start = net.initial(jax.random.key(0)), jnp.zeros((work.lanes, net.memory))

    def ours(weights: Weights) -> jax.Array:
        return cross_entropy(net.apply(weights, start, symbols[:-1]).outputs, symbols[1:])[0]

    def plain(weights: Weights) -> jax.Array:
        own, read = within("layer1.", weights), jax.nn.one_hot(symbols[:-1], SYMBOLS)
        _, h = jax.lax.scan(lambda state, x: plain_step(work.cell, own, state, x), start, read)  # type: ignore[arg-type]
        return cross_entropy(h @ weights["head.kernel"] + weights["head.bias"], symbols[1:])[0]

    fast, slow = (jax.jit(jax.grad(loss)) for loss in (ours, plain))
    return lambda: jax.device_get(fast(weights)), lambda: jax.device_get(slow(weights))


def race(work: Work, rounds: int) -> tuple[list[Watch], list[Watch]]:
    """Turns of both, A B A B; the first is not counted, and they must agree in it, but for rounding."""
    ours, plain = contestants(work)
    one, other = ours(), plain()
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=1e-4)
    times: tuple[list[Watch], list[Watch]] = ([], [])
    for _ in range(rounds):
        for contestant, kept in zip((ours, plain), times):
            with Watch() as watch:
                contestant()
            kept.append(watch)
    return times


def ratio(ours: Sequence[Watch], plain: Sequence[Watch]) -> float:
    """How many times as long the plain one takes, in seconds of the processor: the median over the turns."""
    return float(np.median([b.cpu / a.cpu for a, b in zip(ours, plain)]))


def result(found: Sequence[tuple[Work, list[Watch], list[Watch]]]) -> Result:
    """The page about all of it."""
    ratios = {work.name: ratio(ours, plain) for work, ours, plain in found}
    headline = f"Written plainly, a training step takes {', '.join(f'{r:.2f} times as long ({n})' for n, r in ratios.items())}."
    rows = [
        [
            work.name,
            grouped(Packing.of(Recurrent((work.cell,), SYMBOLS).shapes).size),
            *(significant(1e3 * float(np.median([watch.cpu for watch in watches]))) for watches in (ours, plain)),
            *(significant(1e3 * float(np.median([watch.wall for watch in watches]))) for watches in (ours, plain)),
            f"{ratio(ours, plain):.2f}",
        ]
        for work, ours, plain in found
    ]
    work = found[0][0]
    columns = ("network", "parameters", "ms of the processor", "plain, ms", "ms by the clock", "plain, ms", "ratio")
    size = f"{work.lanes} lanes of {work.steps} steps, {work.cell.units} units, {SYMBOLS} symbols"
    body = f"""The gradient of the loss over {size}, hyper cells of a fourth of the units and embeddings of 4. Medians of
{len(found[0][1])} turns.

{table(columns, rows)}

`plain` is the same cell as the paper writes it: one-hot inputs, all products at every step, a batched product for the scales,
everything kept for the gradient. Ours gathers rows of the input matrix for all steps at once, takes the products of both cells
with h together, makes scales by small products one by one, and computes steps again for the gradient, which on the CPU costs less
than keeping them where there are many values to a step.

All turns: [{NAME}.csv]({NAME}.csv)."""
    title = "Recurrent networks: a training step"
    return Result(NAME, title, headline, "python -m benchmarks.recurrent_speed", body)


def main(
    units: Annotated[int, typer.Option(help="units of every network")] = 256,
    lanes: Annotated[int, typer.Option(help="lanes side by side")] = 64,
    steps: Annotated[int, typer.Option(help="steps through which gradients go back")] = 100,
    rounds: Annotated[int, typer.Option(help="turns of both")] = 9,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Time a training step of each network, and of the same written plainly."""
    found = [(work, *race(work, rounds)) for work in works(units, lanes, steps)]
    rows = [
        {"network": work.name, "contestant": name, "round": turn, **asdict(watch)}
        for work, ours, plain in found
        for name, watches in (("neatcore", ours), ("plain", plain))
        for turn, watch in enumerate(watches, 1)
    ]
    write_csv(folder / f"{NAME}.csv", rows)
    result(found).write(folder, packages=("jax",), loaded=True)


if __name__ == "__main__":
    run(main)
