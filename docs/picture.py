"""Make the picture of the README: evolve a cart that balances two poles from memory, draw its network and it at work.

    python docs/picture.py

Writes docs/images/champion-light.png and champion-dark.png. Takes ten seconds.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore import Genome
from neatcore.interfaces import Scene
from neatcore.loop import evolve
from runner.commands import settings_of
from runner.session import assemble
from tasks.control import DoublePoleHidden
from viz.behaviour import film_strip
from viz.style import figure
from viz.svg import png
from viz.topology import draw_network

SEED, GENERATIONS = 7, 200
WIDTH, NETWORK, STRIP = 880, 250, 112  # pixels


def champion() -> tuple[Genome, Scene]:
    """A network that solves the task, and its episode."""
    task = DoublePoleHidden()
    parts = assemble(settings_of(["double-pole-no-velocity"], "stanley2002", None), SEED)
    for generation in evolve(parts.search, parts.encoding, parts.model, task, parts.rng):
        if generation.solved or generation.number == GENERATIONS:
            break
    genome = generation.champion
    policy = parts.model.bind(parts.encoding.decode([genome]))
    return genome, task.show(policy, default_rng(0))


def draw(genome: Genome, scene: Scene, theme: str) -> Figure:
    """The network above moments of the episode."""
    height = NETWORK + STRIP
    result = figure(theme, WIDTH, height)
    above = result.add_axes((0.02, STRIP / height, 0.96, NETWORK / height))
    draw_network(genome, above, names_in=("cart", "long pole", "short pole"), names_out=("force",), theme=theme)
    film_strip(scene, result.add_axes((0.02, 0.0, 0.96, STRIP / height)), theme=theme, moments=3)
    return result


if __name__ == "__main__":
    found = champion()
    for tone in ("light", "dark"):
        Path(__file__).with_name("images").joinpath(f"champion-{tone}.png").write_bytes(png(draw(*found, tone)))
