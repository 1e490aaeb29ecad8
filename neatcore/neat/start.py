"""The first population."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from numpy.random import Generator

from neatcore.activations import code_of
from neatcore.errors import InputError, unknown
from neatcore.genome import HIDDEN, LINK, NODE, Genome, Genomes, check_genome, node_table
from neatcore.interfaces import GraphSpace
from neatcore.neat.config import NeatConfig
from neatcore.neat.mutation import draw_activations

TOPOLOGIES = ("full", "none", "hidden")


def template(config: NeatConfig, space: GraphSpace) -> Genome:
    """The topology that every first genome has, with weights 0: `config.start`."""
    nodes = node_table(space, config.output_activation)
    kinds = nodes["kind"]
    sensors, outputs = nodes["id"][kinds < 2].tolist(), nodes["id"][kinds == 2].tolist()
    if config.start == "full":
        pairs = list(product(sensors, outputs))
    elif config.start == "none":
        pairs = []
    elif config.start == "hidden":
        middle = len(nodes)
        first = next(iter(sorted(config.activations, key=lambda name: -config.activations[name])))
        nodes = np.append(nodes, np.array([(middle, HIDDEN, code_of(first))], NODE))
        pairs = [(s, middle) for s in sensors] + [(middle, o) for o in outputs]
    else:
        return _from_file(config, space)
    return Genome(nodes, np.array([(n, a, b, 0.0, True) for n, (a, b) in enumerate(pairs)], LINK))


def _from_file(config: NeatConfig, space: GraphSpace) -> Genome:
    from neatcore.files import load_genome

    path = Path(config.start)
    if not path.suffix and not path.exists():
        raise unknown("start", config.start, [*TOPOLOGIES, "a genome file"])
    genome = load_genome(path)
    for name in ("inputs", "outputs"):
        found, wanted = getattr(genome, name), getattr(space, name)
        if found != wanted:
            raise InputError(f"start genome {path} has {found} {name}, the task needs {wanted}")
    check_genome(genome, recurrent=space.recurrent)
    return genome


def first_population(config: NeatConfig, space: GraphSpace, rng: Generator) -> Genomes:
    """`config.population` copies of the template, with weights uniform within ± new_power unless they are kept."""
    genome = template(config, space)
    population = Genomes.of([genome]).take(np.zeros(config.population, np.int64))
    if config.start in TOPOLOGIES or config.start_weights == "random":
        population.links["weight"] = rng.uniform(-config.new_power, config.new_power, len(population.links))
    if config.start == "hidden":
        hidden = population.nodes["kind"] == HIDDEN
        population.nodes["activation"][hidden] = draw_activations(config.activations, int(hidden.sum()), rng)
    return population
