"""The gradient side beside PyTorch: a HyperLSTM's step, many generated perceptrons, the static hypernetwork's step; in turn."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Annotated

import jax
import numpy as np
import typer

from benchmarks.command import run
from benchmarks.gradient_work import (
    EMBEDDING,
    LANES,
    OURS,
    SIZES,
    SYMBOLS,
    WRITTEN,
    Contestants,
    hyperlstm,
    named,
    perceptrons,
    pictures,
)
from benchmarks.race import Watch
from benchmarks.results import FOLDER, Result, table, write_csv
from benchmarks.sample import Sample, significant
from neatcore.errors import InputError

NAME, TORCH = "gradient-speed", "2.13.0"
CLOSE = {"cpu": 1e-3}  # by how much, of the largest number, contestants may differ: sums of many numbers in another order
ROUGH = 3e-2  # elsewhere, where products are of shortened numbers (TF32)
Times = Mapping[str, list[Watch]]
RESTED, FILLED = 0.02, 0.1  # seconds that are not counted, and of a turn
ON_DEVICE = """In every turn the answers, or gradients, come back from the accelerator to the processor's memory, on both sides.
Times of so few milliseconds are mostly of launching kernels; `PyTorch` is eager, which launches thousands for the HyperLSTM.
"""

TRIED = """## What was tried

*The static hypernetwork's step.* Most of it are convolutions, 7 × 7 from 16 to 16 channels, forwards and back. XLA hands them
to Eigen as a product of patches and a matrix of 16 columns, too few for Eigen's kernels to be filled: on one core it comes to
about 65 thousand million operations a second. `hypernets/kernels` has kernels of our own, which numba compiles and XLA calls:
forwards they come to 155, for the slope of a kernel to 130, on the same core. Pooling and its gradient are a pass each over
the pictures. The gradient of cutting a vector of all weights into arrays had been a sum of as many vectors as there are
arrays; now it is one concatenation.

What did not help before that: two or four neighbouring pixels as channels, which gives 32 or 64 columns (1.4 to 3 times as
long); rows of patches and seven products, pixels last or channels last (5 times as long); the forward convolution part by
part (as long); a product with a banded matrix for whole rows of pixels (as long, since it has twice as much to compute); the
switches of XLA for oneDNN, XNNPACK, YNNPACK and wider vectors, none of which changes anything in the wheel of jaxlib.

*The HyperLSTM's step.* As a scan in XLA, 44 % of it were products, of 64 rows each, and the rest some sixty small functions
a step and the zeros that long arrays begin with. Within the scan nothing helped: to keep for the gradient what is computed again,
to unroll the scan, to sum the gradients of the matrices outside of it. Now `hypernets/kernels/watching.py` computes some steps at
once. Lanes do not meet, so a part of them goes through all of these steps while it is in the cache; the matrices stand in panels,
as they are read (rows a page apart took 1.3 times as long); the gradient of a matrix is one product for all of these steps; and
what is read of the symbols is never there for the whole sequence. Matrices that are larger than the cache go by XLA.

*Many perceptrons.* Where genomes are decoded and networks stepped by the library's own `decode` and `step`, small networks go
in blocks of 32, `hypernets/blocks.py`: a step of 1,000 perceptrons of this size, 32 examples each, takes 12 ms of the
processor, one by one 175.

For many small matrices XLA's cost is their number. So under `vmap` a perceptron with ReLU is a kernel of our own
(`hypernets/perceptron.py`), which goes through all layers of one network, and back, while it is in the cache: `weights made
first` in the tables. What is left then is mostly the making of the weights: 16 numbers become 1,410, which are written to memory
and read again. Where they are linear in z that can be saved (`hypernets/generated.py`). With an input or two for each network no
weight is made: a layer's answer is a product of what it reads and of what writes the layer, for fourteen networks at once, then
of z; the same product gives the slope of z. With more inputs, weights of 28 networks are made in the cache and used there, which
is as much arithmetic as before. Then it counted how numbers stand. Two outputs as a row fill an eighth of a vector, so examples
stand side by side, which took answers from 0.84 to 0.68 ms; the one product of the slopes that needs rows has them turned in
registers. Memory in whole lines of 64 bytes, without counted references, took gradients from 2.55 to 2.46 ms. What writes a layer
stands in blocks as broad as a tile, and the slopes of four parts are added up by all threads: XLA's sum over a first axis takes
0.4 ms of the processor for four times 150 kB, its additions of one to another 0.06 ms on one thread.

These figures are of single measurements."""


@dataclass(frozen=True)
class Heat:
    """A piece of work, what is wanted of the ratio, and every contestant's turns."""

    work: str
    wanted: str
    times: Times

    @property
    def peer(self) -> str | None:
        """PyTorch's faster form; None where it did not take part."""
        others = [name for name in self.times if name.startswith("PyTorch")]
        return min(others, key=lambda name: self.ratio(name), default=None)

    def ratio(self, name: str, clock: bool = True) -> float:
        """How many times our time a contestant takes: the median over the turns; of the processor where not by the clock."""
        pairs = zip(self.times[name], self.times[OURS], strict=True)
        return float(np.median([a.wall / b.wall if clock else a.cpu / b.cpu for a, b in pairs]))

    def rows(self) -> list[list[str]]:
        found = []
        for name, watches in self.times.items():
            wall = Sample.of([1e3 * watch.wall for watch in watches])
            cpu = 1e3 * float(np.median([watch.cpu for watch in watches]))
            half = f"{significant(wall.q25)} to {significant(wall.q75)}"
            ratios = [significant(self.ratio(name)), significant(self.ratio(name, clock=False))]
            found.append([name, significant(wall.median), half, significant(cpu), *ratios])
        return found


def race(contestants: Contestants, rounds: int) -> Times:
    """Turns of all, A B C A B C; the first is not counted, and all must agree in it, but for rounding."""
    found, close = {name: contestant() for name, contestant in contestants.items()}, CLOSE.get(backend(), ROUGH)
    for name, theirs in found.items():
        for key, array in found[OURS].items():
            scale = float(np.abs(array).max())
            np.testing.assert_allclose(theirs[key], array, atol=close * scale, rtol=close, err_msg=f"{name}: {key}")
    times: dict[str, list[Watch]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            times[name].append(turn(contestant))
    return times


def turn(contestant: Callable[[], object]) -> Watch:
    """The time of one call: the mean of as many as fill some time, after some in which the threads of others come to rest.

    Python collects no garbage meanwhile, which takes as long as some calls, and longer the more libraries are there.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        calls, begin = 0, perf_counter()
        while not calls or perf_counter() < begin + RESTED:
            contestant()
            calls += 1
        calls = max(1, round(FILLED * calls / (perf_counter() - begin)))
        with Watch() as watch:
            for _ in range(calls):
                contestant()
    finally:
        if enabled:
            gc.enable()
    return Watch(watch.wall / calls, watch.cpu / calls)


def backend() -> str:
    """What computes: cpu or gpu."""
    return jax.default_backend()


def page() -> str:
    """The name of page and file."""
    return NAME if backend() == "cpu" else f"{NAME}-{backend()}"


def cores() -> int:
    """How many this process may use; both sides take as many threads."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_torch() -> None:
    """InputError, with what to install, where PyTorch is not there."""
    if find_spec("torch") is None:
        raise InputError(f"PyTorch is not installed: pip install torch=={TORCH}, or leave it out with --no-torch")
    import torch

    torch.set_num_threads(cores())
    torch.backends.cuda.matmul.allow_tf32 = True  # as JAX does


def result(heats: Sequence[Heat], rounds: int) -> Result:
    """The page about all of it."""
    compared = [f"{heat.work} {significant(heat.ratio(heat.peer))}" for heat in heats if heat.peer]
    eager = " in" if any(named(compiled=True) in heat.times for heat in heats) else ", which was not compiled, in"
    headline = f"PyTorch's time{eager} units of ours: {', '.join(compared)}." if compared else "PyTorch was left out of this run."
    columns = ("contestant", "ms by the clock", "middle half", "ms of the processor", "× by the clock", "× of the processor")
    titles = [f"## {heat.work[0].upper()}{heat.work[1:]}\n\nWanted of PyTorch's ratio: {heat.wanted}." for heat in heats]
    parts = "\n\n".join(f"{title}\n\n{table(columns, heat.rows())}" for title, heat in zip(titles, heats, strict=True))
    sizes = "-".join(map(str, SIZES))
    threads = "one thread" if cores() == 1 else f"{cores()} threads"
    body = f"""Contestants take turns, {rounds} each, in one process of {threads}. A turn is as many calls as fill
{FILLED:g} seconds, after {RESTED:g} seconds that are not counted: PyTorch's threads wait at work for some milliseconds
after a call, and would disturb whoever comes next. Python collects garbage between turns only. Figures are medians, ratios (×)
medians of the turns' ratios to ours: above 1, ours is faster. All compute the same numbers from the same weights, which the first
turn checks. Programs beside this one disturb times by the clock most, and with two threads PyTorch more than JAX: on a busy machine
run it on one core, `taskset -c 0`. Where the middle halves of two contestants overlap, neither is the faster.
PyTorch's side is `benchmarks/torch_peers.py`; `compiled` is `torch.compile`, of one step of the HyperLSTM, else of the whole
function. `plain` is JAX, written as in the paper. The HyperLSTM reads {SYMBOLS} symbols in {LANES} lanes and has embeddings
of {EMBEDDING}; perceptrons are of sizes {sizes}, each with weights linear in {WRITTEN} numbers of its own.

{parts}

{TRIED if backend() == "cpu" else ON_DEVICE}

All turns: [{page()}.csv]({page()}.csv)."""
    title = "Training steps beside PyTorch" + ("" if backend() == "cpu" else ", on an accelerator")
    return Result(page(), title, headline, "python -m benchmarks.gradient_speed", body)


def main(
    rounds: Annotated[int, typer.Option(help="turns of every contestant")] = 15,
    units: Annotated[int, typer.Option(help="units of the HyperLSTM; its smaller cell has a fourth")] = 256,
    steps: Annotated[int, typer.Option(help="steps through which its gradient goes back")] = 100,
    networks: Annotated[int, typer.Option(help="generated perceptrons")] = 1_000,
    images: Annotated[int, typer.Option(help="pictures a step of the static hypernetwork")] = 256,
    torch: Annotated[bool, typer.Option(help="with PyTorch")] = True,
    compiled: Annotated[bool, typer.Option(help="with torch.compile too: minutes, and a C++ compiler")] = True,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Time the gradient side and PyTorch at the same work (pip install torch==2.13.0)."""
    if torch:
        check_torch()
    forms = [False, True][: torch + (torch and compiled)]
    works = [
        ("a HyperLSTM's step", "at least 1", hyperlstm(units, LANES, steps, forms)),
        *((words, "at least 2", each) for words, each in perceptrons(networks, forms).items()),
        ("the static hypernetwork's step", "as near to 1 as can be", pictures(images, forms)),
    ]
    heats = [Heat(words, wanted, race(contestants, rounds)) for words, wanted, contestants in works]
    rows = [
        {"work": heat.work, "contestant": name, "round": turn, **asdict(watch)}
        for heat in heats
        for name, watches in heat.times.items()
        for turn, watch in enumerate(watches, 1)
    ]
    write_csv(folder / f"{page()}.csv", rows)
    result(heats, rounds).write(folder, packages=("jax", "torch") if torch else ("jax",), loaded=True)


if __name__ == "__main__":
    run(main)
