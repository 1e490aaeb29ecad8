"""Random genomes for tests: grown by NEAT itself, so that they have splits, disabled genes and shared innovation numbers."""

from __future__ import annotations

from numpy.random import default_rng

from neatcore.genome import Genomes
from neatcore.interfaces import GraphSpace
from neatcore.neat import Neat, NeatConfig

WILD = NeatConfig(
    population=40,
    add_node=0.3,
    add_link=0.4,
    toggle=0.1,
    reenable=0.1,
    delete_link=0.05,
    change_activation=0.1,
    averaging=0.3,
    interspecies=0.1,
    exclusive=False,
    recurrent_links=0.4,
    activations={"sigmoid": 1.0, "gaussian": 0.5, "linear": 0.5},
)


def grown(
    seed: int, *, recurrent: bool, generations: int = 12, config: NeatConfig = WILD, inputs: int = 3, outputs: int = 2
) -> Genomes:
    """A population after some generations under random fitness; ties in fitness are common."""
    rng = default_rng(seed)
    neat = Neat(config, GraphSpace(inputs, outputs, recurrent=recurrent), rng)
    for _ in range(generations):
        neat.tell(rng.integers(0, 5, len(neat.ask())).astype(float))
    return neat.ask()
