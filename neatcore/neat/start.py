"""The first population."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from numpy.random import Generator

from neatcore.activations import code_of
from neatcore.errors import InputError, require, unknown
from neatcore.genome import HIDDEN, LINK, NODE, Genes, Genome, Genomes, check_genome, node_table
from neatcore.interfaces import GraphSpace
from neatcore.neat.config import TOPOLOGIES, NeatConfig, fitted
from neatcore.neat.mutation import activations_of
from neatcore.neat.rules import ruled


def template(config: NeatConfig, space: GraphSpace) -> Genome:
    """The topology that every first genome has, with weights 0 where they are to be drawn: `config.start`."""
    config = fitted(config, space)
    nodes = node_table(space, config.output_activation)
    kinds = nodes["kind"]
    sensors, outputs = nodes["id"][kinds < 2].tolist(), nodes["id"][kinds == 2].tolist()
    if config.start in TOPOLOGIES and space.seed:
        return _seeded(config, space.seed, nodes, sensors, outputs)
    if config.start == "full":
        pairs = list(product(sensors, outputs))
    elif config.start == "none":
        pairs = []
    elif config.start in ("hidden", "random"):
        middle = list(range(len(nodes), len(nodes) + config.start_hidden))
        first = code_of(max(config.activations, key=lambda name: config.activations[name]))
        nodes = np.append(nodes, np.array([(node, HIDDEN, first) for node in middle], NODE))
        direct = product(sensors, outputs) if config.start == "random" else ()
        pairs = [*product(sensors, middle), *product(middle, outputs), *direct]
    else:
        return _from_file(config, space)
    return Genome(nodes, np.array([(n, a, b, 0.0, True) for n, (a, b) in enumerate(pairs)], LINK))


def _seeded(config: NeatConfig, seed: Genome, nodes: Genes, sensors: list[int], outputs: list[int]) -> Genome:
    """The seed of a space and, with start=full, all sensors linked to the outputs that the seed leaves alone."""
    require(config.start in ("full", "none"), f"start={config.start} does not go with this encoding, which has a seed; use full")
    driven = set(seed.links["target"].tolist())
    free = [output for output in outputs if output not in driven] if config.start == "full" else []
    grown = np.append(nodes, seed.nodes[len(nodes) :])
    first = len(seed.links)
    pairs = [(first + n, a, b, 0.0, True) for n, (a, b) in enumerate(product(sensors, free))]
    return Genome(grown, np.append(seed.links, np.array(pairs, LINK)))


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
    rules = 0 if genome.rules is None else len(genome.rules) - 1
    require(rules in (0, space.rules), f"start genome {path} has {rules} rules of plasticity, the encoding {space.rules}")
    return genome


def first_population(config: NeatConfig, space: GraphSpace, rng: Generator) -> Genomes:
    """`config.population` copies of the template, with weights uniform within ± new_power unless they are kept or a seed's."""
    config = fitted(config, space)
    genome = template(config, space)
    population = Genomes.of([genome]).take(np.zeros(config.population, np.int64))
    named, weights = config.start in TOPOLOGIES, population.links["weight"]
    if named or config.start_weights == "random":
        drawn = rng.uniform(-config.new_power, config.new_power, len(weights))
        population.links["weight"] = np.where(weights == 0.0, drawn, weights) if named else drawn
    hidden = population.nodes["kind"] == HIDDEN
    if named and not space.seed:
        population.nodes["activation"][hidden] = activations_of(config.activations, rng.random(int(hidden.sum())))
    population = _thinned(population, config.start_hidden, rng) if config.start == "random" else population
    keeps = population.rules is not None and config.start_weights == "keep"
    return ruled(population, space.rules, rng) if space.rules and not keeps else population


def _thinned(population: Genomes, most: int, rng: Generator) -> Genomes:
    """Each genome with 1 … `most` of its hidden nodes and half of the links between the nodes it keeps, both at random."""
    thinned = []
    for genome in population:
        middle = genome.nodes["id"][genome.nodes["kind"] == HIDDEN]
        gone = middle[rng.integers(1, most + 1) :]
        kept = (
            ~np.isin(genome.links["source"], gone) & ~np.isin(genome.links["target"], gone) & (rng.random(len(genome.links)) < 0.5)
        )
        thinned.append(Genome(genome.nodes[~np.isin(genome.nodes["id"], gone)], genome.links[kept]))
    return Genomes.of(thinned)
