"""Made-up runs, genomes and episodes for the tests of viz."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neatcore.genome import BIAS, HIDDEN, INPUT, LINK, NODE, OUTPUT, Genome, check_genome
from neatcore.interfaces import Answers, Frames, Scene, Shape

SIGMOID = 1


def genome(inputs: int, outputs: int, hidden: int, links: Sequence[tuple[int, int, float, bool]]) -> Genome:
    """Nodes numbered inputs, bias, outputs, hidden; links (source, target, weight, enabled) in order of innovation."""
    kinds = [INPUT] * inputs + [BIAS] + [OUTPUT] * outputs + [HIDDEN] * hidden
    nodes = np.array([(place, kind, SIGMOID if kind >= OUTPUT else 0) for place, kind in enumerate(kinds)], NODE)
    result = Genome(nodes, np.array([(place, *link) for place, link in enumerate(links)], LINK))
    check_genome(result)
    return result


def looped() -> Genome:
    """x0, x1, bias 2, output 3, hidden 4 and 5: 0 → 4 → 5 → 3, with 5 → 4, 3 → 3 and 3 → 4 going back, and one link off."""
    links = [(0, 4, 1.0, True), (4, 5, -2.0, True), (5, 3, 3.0, True), (1, 3, 0.5, True), (2, 4, -0.25, True)]
    return genome(2, 1, 2, [*links, (5, 4, -1.0, True), (3, 3, 2.0, True), (3, 4, 1.5, True), (0, 3, 1.0, False)])


def random_genome(rng: np.random.Generator, inputs: int, outputs: int, hidden: int, links: int) -> Genome:
    """A genome with distinct random links, some of them closing cycles, some off."""
    nodes = inputs + 1 + outputs + hidden
    pairs = [(source, target) for source in range(nodes) for target in range(inputs + 1, nodes)]
    chosen = rng.permutation(len(pairs))[:links]
    return genome(inputs, outputs, hidden, [(*pairs[k], float(rng.normal()), bool(rng.random() < 0.9)) for k in chosen])


def metrics(sizes: Sequence[dict[int, int]], *, solved: bool = True) -> list[dict[str, Any]]:
    """A record for each generation, whose species have the given sizes by id."""
    return [
        {
            "generation": place,
            "evaluations": (place + 1) * sum(species.values()),
            "best": 10.0 + place,
            "median": 5.0 + place,
            "q25": 4.0 + place,
            "q75": 6.0 + place,
            "solved": solved and place == len(sizes) - 1,
            "species": [{"id": i, "size": size} for i, size in species.items()],
            "hidden_mean": 0.5 * place,
            "hidden_best": place,
            "links_mean": 3.0 + place,
            "links_best": 4 + place,
        }
        for place, species in enumerate(sizes)
    ]


def long_run(rng: np.random.Generator, generations: int = 1000, population: int = 100) -> list[dict[str, Any]]:
    """About two thousand species, two new ones a generation, ten alive at a time."""
    return metrics(
        [
            dict(zip(range(2 * time, 2 * time + 10), rng.multinomial(population - 10, np.full(10, 0.1)) + 1))
            for time in range(generations)
        ]
    )


def scene(frames: int = 20, rate: float = 10.0) -> Scene:
    """A disc that travels along a line that stands still."""
    along = np.linspace(-1, 1, frames)
    moving = np.stack([along, np.full(frames, 0.5)], axis=1)[:, None]
    ground = np.array([[[-1.0, 0.0], [1.0, 0.0]]])
    return Scene(
        [Shape("line", ground, 0.05, "faint"), Shape("disc", moving, 0.2, "accent")], (-2, 2), (-0.5, 1.5), rate, "It rolls."
    )


def frames(count: int = 12) -> Frames:
    rng = np.random.default_rng(0)
    return Frames(rng.integers(0, 255, (count, 40, 60, 3), dtype=np.uint8), 10.0)


def xor(*, surface: bool = True) -> Answers:
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    x, y = np.meshgrid(np.linspace(0, 1, 17), np.linspace(0, 1, 17))
    targets = np.array([[0.0], [1.0], [1.0], [0.0]])
    return Answers(inputs, targets, np.abs(targets - 0.1), np.abs(x - y) if surface else None, "XOR")
