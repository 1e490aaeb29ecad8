"""neat-python, set to the same population, rates and sizes as `NeatConfig`, and used as its own examples use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gymnasium
import neat
from numpy.random import default_rng

from benchmarks.race import Heat, Watch, Work
from neatcore.neat import NeatConfig

XOR = (((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0))

Sections = dict[str, dict[str, Any]]

# What the configuration of its own XOR example says otherwise than ours: small steps of the weights, much structure.
EXAMPLE: Sections = {
    "DefaultGenome": {
        "compatibility_weight_coefficient": 0.5,
        "enabled_mutate_rate": 0.01,
        "conn_add_prob": 0.5,
        "conn_delete_prob": 0.5,
        "node_add_prob": 0.2,
        "node_delete_prob": 0.2,
        **{f"{name}_{key}": value for name in ("weight", "bias") for key, value in (("init_stdev", 1), ("mutate_power", 0.5))},
        **{f"{name}_{key}": value for name in ("weight", "bias") for key, value in (("max_value", 30), ("min_value", -30))},
        **{f"{name}_init_type": "gaussian" for name in ("weight", "bias")},
        "weight_mutate_rate": 0.8,
        "bias_mutate_rate": 0.7,
        "weight_replace_rate": 0.1,
        "bias_replace_rate": 0.1,
    },
    "DefaultStagnation": {"max_stagnation": 20, "species_elitism": 2},
    "DefaultReproduction": {"elitism": 2},
}


def settings(ours: NeatConfig, inputs: int) -> Sections:
    """Its configuration with the values of `ours`."""
    return {
        "NEAT": {
            "pop_size": ours.population,
            "fitness_criterion": "max",
            "fitness_threshold": 0,
            "no_fitness_termination": True,
            "reset_on_extinction": True,
        },
        "DefaultGenome": {
            "num_inputs": inputs,
            "num_outputs": 1,
            "num_hidden": 0,
            "feed_forward": True,
            "initial_connection": "full_direct",
            "single_structural_mutation": False,
            "structural_mutation_surer": False,
            "conn_add_prob": ours.add_link,
            "conn_delete_prob": ours.delete_link,
            "node_add_prob": ours.add_node,
            "node_delete_prob": 0,
            "compatibility_disjoint_coefficient": ours.disjoint,
            "compatibility_weight_coefficient": ours.difference,
            "enabled_default": True,
            "enabled_mutate_rate": ours.toggle,
            **_choice("activation", "sigmoid"),
            **_choice("aggregation", "sum"),
            **_number("weight", ours),
            **_number("bias", ours),
            **_constant("response", 1),
        },
        "DefaultSpeciesSet": {"compatibility_threshold": ours.threshold},
        "DefaultStagnation": {"species_fitness_func": "max", "max_stagnation": ours.stagnation, "species_elitism": 1},
        "DefaultReproduction": {"elitism": 1, "survival_threshold": ours.survival, "min_species_size": 1},
    }


def _number(name: str, ours: NeatConfig) -> dict[str, Any]:
    """A number in its genes. Its bias is one too, not a link from a bias node; it starts and changes as a weight does.

    It changes weights in every genome, where `mutate_weights` of ours are chosen: the same share of all weights changes. Its
    changes are Gaussian, ours uniform within ± power: the same standard deviation.
    """
    values = {
        "init_type": "uniform",
        "init_mean": 0,
        "init_stdev": ours.new_power / 2,  # uniform within two of these
        "mutate_rate": ours.mutate_weights * ours.perturb,
        "mutate_power": ours.power / 3**0.5,
        "replace_rate": ours.mutate_weights * ours.replace,
        "max_value": ours.weight_limit,
        "min_value": -ours.weight_limit,
    }
    return {f"{name}_{key}": value for key, value in values.items()}


def _constant(name: str, value: float) -> dict[str, Any]:
    """A number that never changes."""
    still = dict.fromkeys(("init_stdev", "mutate_rate", "mutate_power", "replace_rate"), 0)
    values = {"init_type": "gaussian", "init_mean": value, "max_value": value, "min_value": value, **still}
    return {f"{name}_{key}": each for key, each in values.items()}


def _choice(name: str, only: str) -> dict[str, Any]:
    """A choice of one."""
    return {f"{name}_default": only, f"{name}_options": only, f"{name}_mutate_rate": 0}


def config_of(sections: Sections) -> Any:
    """Its configuration, which it reads from a file only."""
    parser = ConfigParser()
    parser.read_dict(sections)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config"
        with path.open("w", encoding="utf-8") as file:
            parser.write(file)
        parts = (neat.DefaultGenome, neat.DefaultReproduction, neat.DefaultSpeciesSet, neat.DefaultStagnation)
        return neat.Config(*parts, str(path))


def judge_xor(genomes: list[tuple[int, Any]], config: Any) -> None:
    """(4 - Σ|error|)² of each genome, as in `tasks.boolean.Xor`."""
    for _, genome in genomes:
        network = neat.nn.FeedForwardNetwork.create(genome, config)
        errors = sum(abs(network.activate(inputs)[0] - target) for inputs, target in XOR)
        genome.fitness = (4.0 - errors) ** 2


@dataclass
class CartPole:
    """gymnasium's CartPole-v1, one episode after the other; the episodes are the same for every genome of a generation."""

    episodes: int
    seed: int
    steps: int = 0
    environment: Any = field(default_factory=lambda: gymnasium.make("CartPole-v1"))

    def judge(self, genomes: list[tuple[int, Any]], config: Any) -> None:
        """The mean number of steps of each genome."""
        seeds = next(self.seeds)
        for _, genome in genomes:
            network = neat.nn.FeedForwardNetwork.create(genome, config)
            taken = sum(self._episode(network, seed) for seed in seeds)
            self.steps += taken
            genome.fitness = taken / self.episodes

    def __post_init__(self) -> None:
        rng = default_rng(self.seed)
        self.seeds: Iterator[list[int]] = iter(lambda: rng.integers(2**31, size=self.episodes).tolist(), None)

    def _episode(self, network: Any, seed: int) -> int:
        observation, _ = self.environment.reset(seed=seed)
        steps, ended, cut = 0, False, False
        while not (ended or cut):
            observation, _, ended, cut, _ = self.environment.step(int(network.activate(observation)[0] > 0.5))
            steps += 1
        return steps


def neat_python(work: Work, seed: int) -> Heat:
    """neat-python with our settings."""
    return _run(work, seed, settings(NeatConfig(population=work.population), work.inputs))


def neat_python_example(work: Work, seed: int) -> Heat:
    """neat-python with the settings of its own XOR example."""
    ours = settings(NeatConfig(population=work.population), work.inputs)
    return _run(work, seed, {name: values | EXAMPLE.get(name, {}) for name, values in ours.items()})


def _run(work: Work, seed: int, sections: Sections) -> Heat:
    """Evaluation, species and reproduction of every generation; nothing stops it early."""
    poles = CartPole(work.episodes, seed) if work.episodes else None
    judge: Callable[[list[tuple[int, Any]], Any], None] = poles.judge if poles else judge_xor
    population = neat.Population(config_of(sections), seed=seed)
    with Watch() as watch:
        population.run(judge, work.generations)
    sizes = [len(genome.connections) for genome in population.population.values()]
    steps = poles.steps if poles else 0
    return Heat(work.generations, watch.wall, watch.cpu, steps, len(population.species.species), sum(sizes) / len(sizes))
