"""A digest of what CPPNs answer; run as a program, it prints the digest and how wide the compiled code's vectors are."""

from __future__ import annotations

import hashlib
import sys

import numpy as np
from numpy.random import default_rng

from neatcore.activations import NAMES
from neatcore.compiled import own_rows
from neatcore.cppn import kernels
from neatcore.nets.columns import Nets

SIDE = 29


def networks(count: int, inputs: int) -> Nets:
    """Packed networks with a node of every activation, each linked to six slots before it; all nodes answer."""
    rng, size = default_rng(0), len(NAMES)
    sources = [rng.choice(inputs + 1 + n, min(inputs + 1 + n, 6), replace=False) for _ in range(count) for n in range(size)]
    starts = np.cumsum([0, *map(len, sources)])
    return Nets(
        inputs=inputs,
        node_starts=np.arange(count + 1) * size,
        activations=np.concatenate([rng.permutation(size) for _ in range(count)]),
        link_starts=starts,
        sources=np.concatenate(sources),
        weights=rng.uniform(-2, 2, starts[-1]),
        output_slots=np.tile(inputs + 1 + np.arange(size), (count, 1)),
    )


def digest() -> str:
    """Of the answers of three networks about all pairs of two sheets: with delta and distance in one row, without in rows."""
    found, sheet = hashlib.sha256(), np.linspace(-1, 1, 2 * SIDE, dtype=np.float32).reshape(2, SIDE)
    for more, rows in ((True, 1), (False, SIDE)):
        nets = networks(3, 7 if more else 4)
        needed, own = kernels.needed_nodes(nets), own_rows(single=True)
        cppns = kernels.Cppns(nets, nets.weights.astype(np.float32), needed, own, np.float32(0.3))
        answers = np.empty((3, len(NAMES), rows, SIDE * SIDE // rows), np.float32)
        blocks = 3 * rows * -(-answers.shape[3] // kernels.LANES)
        kernels.query_pairs(cppns, kernels.Sheets(sheet, sheet * np.float32(3), more, more), answers, 0, blocks)
        found.update(answers.tobytes())
    return found.hexdigest()


if __name__ == "__main__":
    found, code = digest(), "".join(kernels.query_pairs.inspect_asm().values())  # type: ignore[attr-defined]
    sys.stdout.write(f"{found} {'wide' if 'ymm' in code else 'narrow'}\n")
