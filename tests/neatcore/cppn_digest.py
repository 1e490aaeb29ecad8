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

INPUTS, SIDE = 7, 29  # coordinates of a pair, its delta and its distance


def networks(count: int) -> Nets:
    """Packed networks with a node of every activation, each linked to six slots before it; all nodes answer."""
    rng, size = default_rng(0), len(NAMES)
    sources = [rng.choice(INPUTS + 1 + n, 6, replace=False) for _ in range(count) for n in range(size)]
    return Nets(
        inputs=INPUTS,
        node_starts=np.arange(count + 1) * size,
        activations=np.concatenate([rng.permutation(size) for _ in range(count)]),
        link_starts=np.arange(count * size + 1) * 6,
        sources=np.concatenate(sources),
        weights=rng.uniform(-2, 2, count * size * 6),
        output_slots=np.tile(INPUTS + 1 + np.arange(size), (count, 1)),
    )


def digest() -> str:
    """Of the answers of three networks about all pairs of two sheets."""
    nets, sheet = networks(3), np.linspace(-1, 1, 2 * SIDE, dtype=np.float32).reshape(2, SIDE)
    answers = np.empty((3, len(NAMES), SIDE * SIDE), np.float32)
    sheets = kernels.Sheets(sheet, sheet * np.float32(3), True, True)
    weights, blocks = nets.weights.astype(np.float32), 3 * -(-SIDE * SIDE // kernels.LANES)
    kernels.query_pairs(nets, weights, own_rows(single=True), np.float32(0.3), sheets, answers, 0, blocks)
    return hashlib.sha256(answers.tobytes()).hexdigest()


if __name__ == "__main__":
    found, code = digest(), "".join(kernels.query_pairs.inspect_asm().values())  # type: ignore[attr-defined]
    sys.stdout.write(f"{found} {'wide' if 'ymm' in code else 'narrow'}\n")
