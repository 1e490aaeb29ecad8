"""ES-HyperNEAT: hidden neurons stand where a CPPN's pattern has something to tell (Risi & Stanley 2012)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neatcore.activations import code_of
from neatcore.cppn import Packed, prepare
from neatcore.errors import require
from neatcore.genome import HIDDEN, LINK, NODE, Genes, Genome, Genomes, node_table, starts
from neatcore.interfaces import Floats, GraphSpace, Ints
from neatcore.memory import available
from neatcore.nets import DirectConfig, NetworkModel, pack
from neatcore.nets.columns import Nets
from substrates.config import SubstrateConfig
from substrates.evolvable.config import MOST as MOST
from substrates.evolvable.config import EsHyperNeatConfig as EsHyperNeatConfig
from substrates.layouts import lay_out
from substrates.questions import GAUCI, check_cppns
from substrates.seeds import AXES, local
from substrates.trees import cells_of, pyramid_of, room_of

if TYPE_CHECKING:
    from substrates.evolvable.kernels import Networks
    from substrates.trees.kernels import Pyramid

Single = NDArray[np.float32]
CHUNKS = 8  # of genomes a thread: they differ in cost


@dataclass(frozen=True, eq=False)
class Grown:
    """Networks that grew in space: as genomes (P), and where the neurons of each stand, (N, D) in the order of its nodes, but for
    the bias node. asked (P, 2): links that the CPPN was asked about, and that the paper's procedure asks about for the same trees,
    which forgets what it knows."""

    networks: Genomes
    places: list[Floats]
    asked: Ints


@dataclass(frozen=True, eq=False)
class EsHyperNeat:
    """A CPPN's answers as the neurons and links of a network between inputs (I, D) and outputs (O, D).

    CPPN inputs as of HyperNEAT; outputs: the weight, with rule=leo one that gates links, as configured a bias.
    """

    inputs: Floats
    outputs: Floats
    config: EsHyperNeatConfig

    @property
    def dimensions(self) -> int:
        return int(self.inputs.shape[1])

    @cached_property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """What the CPPN's inputs and outputs are called."""
        config = self.config
        outputs = ["weight"] + ["express"] * (config.rule == "leo") + ["bias"] * config.biases
        return config.names_for(AXES[: self.dimensions]), outputs

    @cached_property
    def space(self) -> GraphSpace:
        inputs, outputs = self.names
        bare = GraphSpace(len(inputs), len(outputs), self.config.bias != 0, False, *GAUCI)
        if not self.config.locality:
            return bare
        return local(bare, self.config.locality, self.dimensions, self.config.radius, [1], self.config.bias)

    @cached_property
    def network_space(self) -> GraphSpace:
        """The networks that grow."""
        config = self.config
        return GraphSpace(
            len(self.inputs), len(self.outputs), config.biases, config.recurrent, config.readout, (config.activation,)
        )

    def decode(self, genomes: Sequence[Genome], /) -> Nets:
        """The networks of P genomes; InputError names a genome that does not fit."""
        return pack(self._grown(genomes)[0], self.network_space)

    def grow(self, genomes: Sequence[Genome]) -> Grown:
        """The same as genomes, and where their neurons stand."""
        networks, found = self._grown(genomes)
        cells = np.split(found.cells, found.starts[1:-1])
        places = [np.concatenate([self.inputs, self.outputs, self._centres[each]]) for each in cells]
        return Grown(networks, places, found.asked)

    def _grown(self, genomes: Sequence[Genome]) -> tuple[Genomes, Networks]:
        population = Genomes.of(genomes)
        require(len(population) > 0, "there are no genomes to decode")
        check_cppns(population, self.names)
        packed = prepare(population, len(self.names[0]))
        found = _joined(self._discovered(packed))
        (nodes, node_starts), (links, link_starts) = self._nodes(found), self._links(found, self._biases(packed))
        return Genomes(nodes, links, node_starts, link_starts), found

    def answers(self, genomes: Sequence[Genome], source: Floats, target: Floats) -> Single:
        """What P CPPNs answer for all pairs of two sheets of points, (P, O, T, S), before any rule."""
        return self.config.answers(genomes, source, target)

    def outputs_of(self, _pair: int) -> tuple[int, int]:
        """Places of the outputs that paint any pair of sheets: the weight, and what gates it, -1 for none."""
        return 0, 1 if self.config.rule == "leo" else -1

    @cached_property
    def _centres(self) -> Floats:
        """The middles of all cells (C, D)."""
        return self._pyramid.centres.T.astype(np.float64)

    @cached_property
    def _pyramid(self) -> Pyramid:
        return pyramid_of(self.config.maximum, self.dimensions, self.config.level)

    def _discovered(self, packed: Packed) -> list[Networks]:
        """The networks of all CPPNs, in several parts, on all processors."""
        from substrates.evolvable import kernels
        from substrates.trees.kernels import Rules, World

        config, gated = self.config, self.config.rule == "leo"
        rules = Rules(
            config.initial,
            config.maximum,
            config.division,
            config.variance,
            config.band,
            config.iterations,
            gated,
            not config.recurrent,
            config.delta,
            config.distance,
        )
        cppns = packed.chosen(range(1 + gated), config.bias)
        ends = (np.ascontiguousarray(points, np.float32) for points in (self.inputs, self.outputs))
        world, size, threads = World(cppns, rules, self._pyramid, *ends), packed.size, os.cpu_count() or 1
        cuts = np.linspace(0, size, 1 + min(size, CHUNKS * threads), dtype=np.int64).tolist()
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda first, last: kernels.discover(world, first, last), cuts[:-1], cuts[1:]))

    def _biases(self, packed: Packed) -> Single:
        """What the CPPNs say of a bias in every cell, then at every output (P, C + O); nothing where there are none (P, 0)."""
        if not self.config.biases:
            return np.empty((packed.size, 0), np.float32)
        points, config = np.concatenate([self._centres, self.outputs]), self.config
        origin, last = np.zeros((1, self.dimensions)), [len(self.names[1]) - 1]
        answers = packed.query_sheets(origin, points, delta=config.delta, distance=config.distance, outputs=last, bias=config.bias)
        return np.float32(config.reach) * np.clip(answers[:, 0, :, 0], -1.0, 1.0)

    def _nodes(self, found: Networks) -> tuple[Genes, Ints]:
        """The nodes of all networks end to end, and where each one's begin: those that all have, then the hidden neurons."""
        fixed, hidden = node_table(self.network_space, self.network_space.output), np.diff(found.starts)
        begun, within = starts(len(fixed) + hidden), _within(found.starts)
        nodes = np.empty(begun[-1], NODE)
        nodes[begun[:-1, None] + np.arange(len(fixed))] = fixed
        places = np.repeat(begun[:-1], hidden) + len(fixed) + within
        nodes["id"][places], nodes["kind"][places] = len(fixed) + within, HIDDEN
        nodes["activation"][places] = code_of(self.config.activation)
        return nodes, begun

    def _links(self, found: Networks, biases: Single) -> tuple[Genes, Ints]:
        """The links, likewise: as they were found, then those of the bias node to the outputs and the hidden neurons."""
        bias, first, outputs = self.network_space.bias, len(self.inputs), len(self.outputs)
        hidden, grown = np.diff(found.starts), np.diff(found.link_starts)
        biased = (outputs + hidden) * bias
        begun = starts(grown + biased)
        links = np.empty(begun[-1], LINK)
        links["innovation"], links["enabled"] = _within(begun), True
        places = np.repeat(begun[:-1], grown) + _within(found.link_starts)
        for name, ends in (("source", found.sources), ("target", found.targets)):
            links[name][places] = ends + bias * (ends >= first)
        links["weight"][places] = self._scaled(found)
        if bias:
            targets, start = _within(starts(biased)), begun[:-1] + grown
            places = np.repeat(start, biased) + targets
            links["source"][places], links["target"][places] = first, first + 1 + targets
            links["weight"][start[:, None] + np.arange(outputs)] = biases[:, -outputs:]
            owner = np.repeat(np.arange(len(hidden)), hidden)
            links["weight"][start[owner] + outputs + _within(found.starts)] = biases[owner, found.cells]
        return links, begun

    def _scaled(self, found: Networks) -> Floats:
        """The weights of links: reach · answer, which is cut to ± 1; normalised, the positive and the negative ones of each neuron
        add up to ± reach."""
        weights = np.clip(found.weights.astype(np.float64), -1.0, 1.0)
        if self.config.normalise:
            most = int(found.targets.max(initial=0)) + 1
            owner = np.repeat(np.arange(len(found.link_starts) - 1), np.diff(found.link_starts))
            groups = 2 * (owner * most + found.targets) + (weights < 0)
            weights /= np.maximum(np.bincount(groups, np.abs(weights)), np.finfo(np.float64).tiny)[groups]
        return self.config.reach * weights


def _within(offsets: Ints) -> Ints:
    """The place of each member within its own run, of runs that lie end to end."""
    counts = np.diff(offsets)
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)


def _joined(parts: Sequence[Networks]) -> Networks:
    """The networks of all parts in one."""
    cells, sources, targets, asked = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("cells", "sources", "targets", "asked")
    )
    begun, links = (starts(np.concatenate([np.diff(getattr(part, name)) for part in parts])) for name in ("starts", "link_starts"))
    return type(parts[0])(begun, cells, links, sources, targets, np.concatenate([part.weights for part in parts]), asked)


def es_hyperneat(
    config: EsHyperNeatConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None
) -> tuple[EsHyperNeat, NetworkModel]:
    """ES-HyperNEAT and its model for networks of so many inputs and outputs, which stand at `places` if the task says so.

    InputError where an axis is named that there is not, or where a network might come to more than MOST questions.
    """
    layout = lay_out(SubstrateConfig(substrate=config.substrate), inputs, outputs, places)
    near, far = (np.concatenate([sheet.points for sheet in layout.sheets if sheet.role == role]) for role in ("input", "output"))
    dimensions = near.shape[1]
    config.check_locality(dimensions, "rule=leo, whose output decides which links there are", allowed=config.rule == "leo")
    if config.level:
        there = AXES[:dimensions]
        require(config.level[0] < dimensions, f"plane={config.plane}: the substrate has no such axis, only {', '.join(there)}")
    _check_size(config, inputs + outputs, dimensions)
    return EsHyperNeat(near, far, config), NetworkModel(DirectConfig(recurrent=config.recurrent, passes=config.passes))


def _check_size(config: EsHyperNeatConfig, ends: int, dimensions: int) -> None:
    """InputError where trees have no axes or too many, where the worst pattern would ask a CPPN too much, or where there is no room
    for a tree on each processor."""
    axes = dimensions - bool(config.plane)
    require(axes > 0, f"plane={config.plane} leaves hidden neurons no axis along which to stand")
    require(axes <= 3, f"trees along {axes} axes are too many; set plane, so that there are {axes - 1}")
    cells = cells_of(config.maximum, axes)
    questions = (ends + cells * (config.iterations > 0)) * cells * (1 + 2 * axes)
    require(
        questions <= MOST,
        f"maximum={config.maximum} may come to {questions:,} questions to the CPPN for a network; {MOST:,} is the most. "
        "Try a smaller maximum",
    )
    needed, there = (os.cpu_count() or 1) * room_of(cells, axes, dimensions), available()
    require(
        needed < there,
        f"maximum={config.maximum} takes {needed / 1e9:,.1f} GB of memory, and {there / 1e9:,.1f} are free. Try a smaller one",
    )
