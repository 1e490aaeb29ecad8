"""Structures that evolution begins with: the locality seed of LEO, and whole networks of fixed topology."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp

import numpy as np

from neatcore.activations import code_of
from neatcore.errors import InputError, require
from neatcore.genome import BIAS, HIDDEN, LINK, NODE, Genome, node_table
from neatcore.interfaces import GraphSpace
from substrates.geometry import Substrate

AXES = "xyzw"  # w: the depth of sheets of three dimensions


def axes_named(text: str) -> str:
    """The text itself; InputError where its letters are not different axes."""
    if any(axis not in AXES for axis in text) or len(set(text)) < len(text):
        raise InputError(f"locality={text!r} names no axes; write some of {', '.join(AXES)}, such as x or xy")
    return text


def local(bare: GraphSpace, axes: str, dimensions: int, radius: float, gates: Sequence[int], bias: float) -> GraphSpace:
    """The space with a seed in which links are expressed where both ends are near along every one of `axes`.

    A gate, an output by its place, is Σ g(target - source) - (n - 1) - e^(-radius²) over the n axes, g(z) = e^(-z²): with one axis
    it is above 0 exactly where the distance along it is below the radius (after Verbancsics & Stanley 2011). Weight outputs
    are linked to all inputs, at random. The bias node has the value `bias`.
    """
    require(bias != 0, "a locality seed needs the CPPN's bias node; set bias to 1")
    nodes = node_table(bare, bare.output)
    ids = nodes["id"]
    first_output, nodes_of_axes = int(ids[nodes["kind"] > BIAS][0]), [int(ids[-1]) + 1 + place for place in range(len(axes))]
    links: list[tuple[int, int, float]] = []
    for axis, node in zip(axes, nodes_of_axes):
        place = AXES.index(axis)
        links += [(place, node, -1.0), (dimensions + place, node, 1.0)]
    for gate in gates:
        links += [(node, first_output + gate, 1.0) for node in nodes_of_axes]
        links.append((bare.inputs, first_output + gate, -(len(axes) - 1 + exp(-(radius**2))) / bias))
    hidden = np.array([(node, HIDDEN, code_of("gaussian")) for node in nodes_of_axes], NODE)
    genes = np.array([(number, *link, True) for number, link in enumerate(links)], LINK)
    return replace(bare, seed=Genome(np.append(nodes, hidden), genes))


def near(bare: GraphSpace, axes: str, dimensions: int, radius: float, painted: Sequence[int], bias: float) -> GraphSpace:
    """The space with a seed in which near neurons have weights, smoothly, so that a gradient can move how near and how large.

    Each of `painted`, outputs by their place, is max(0, Σ g((target - source) / radius) - (n - 1)) over the n axes, g(z) = e^(-z²),
    by nodes of its own: 1 where both ends are in one place.
    """
    require(bias != 0, "a locality seed needs the CPPN's bias node; set bias to 1")
    nodes = node_table(bare, bare.output)
    ids = nodes["id"]
    first_output, free = int(ids[nodes["kind"] > BIAS][0]), int(ids[-1]) + 1
    hidden: list[tuple[int, int, int]] = []
    links: list[tuple[int, int, float]] = []
    for output in painted:
        bumps = [free + len(hidden) + place for place in range(len(axes))]
        hidden += [(node, HIDDEN, code_of("gaussian")) for node in bumps]
        blob = free + len(hidden)
        hidden.append((blob, HIDDEN, code_of("relu")))
        for axis, node in zip(axes, bumps):
            place = AXES.index(axis)
            links += [(place, node, -1.0 / radius), (dimensions + place, node, 1.0 / radius), (node, blob, 1.0)]
        links += [(bare.inputs, blob, -(len(axes) - 1) / bias)] * (len(axes) > 1)
        links.append((blob, first_output + output, 1.0))
    genes = np.array([(number, *link, True) for number, link in enumerate(links)], LINK)
    return replace(bare, seed=Genome(np.append(nodes, np.array(hidden, NODE)), genes))


def whole(substrate: Substrate, output: str, hidden: str) -> GraphSpace:
    """A space whose genomes have all links of a substrate, at first of random weight, and never others.

    Node ids are in the order of sheets, but the outputs before the hidden neurons; links come projection by projection, source by
    source.
    """
    ends = {"input": 0, "output": substrate.inputs, "hidden": substrate.inputs + substrate.outputs}
    ids = []
    for sheet in substrate.sheets:
        ids.append(np.arange(len(sheet)) + ends[sheet.role])
        ends[sheet.role] += len(sheet)
    bare = GraphSpace(substrate.inputs, substrate.outputs, False, substrate.recurrent, output, (hidden,), grows=False)
    middle = [(node, HIDDEN, code_of(hidden)) for node in range(substrate.inputs + substrate.outputs, ends["hidden"])]
    genes = np.zeros(substrate.links, LINK)
    genes["innovation"], genes["enabled"] = np.arange(len(genes)), True
    pairs = [(ids[each.source], ids[each.target]) for each in substrate.projections]
    genes["source"] = np.concatenate([np.repeat(sources, len(targets)) for sources, targets in pairs])
    genes["target"] = np.concatenate([np.tile(targets, len(sources)) for sources, targets in pairs])
    return replace(bare, seed=Genome(np.append(node_table(bare, output), np.array(middle, NODE)), genes))
