"""Static hypernetworks for the command line: which network, which of its weights are generated, what is searched."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

import jax
import jax.numpy as jnp
from pydantic import Field, field_validator

from hypernets.convnet import ConvNet
from hypernets.dense import Dense
from hypernets.idle import check_idle
from hypernets.pictures import Picture, needed
from hypernets.static import Embeddings, First, StaticHypernet
from hypernets.wideresnet import check_depth, wide_resnet
from neatcore.errors import InputError, unknown
from neatcore.files import load
from neatcore.genome import Genome
from neatcore.parameters import Parameters, PathText, Size

if TYPE_CHECKING:
    from hypernets.interfaces import Network

PAPER = {"conv": ("conv2.kernel",), "wrn": ("group*.kernel",), "dense": ("*",)}  # what is generated where nothing is said
NUMBERS = {"conv": 4, "wrn": 64, "dense": 4}  # of an embedding, likewise


class StaticConfig(Parameters):
    """A static hypernetwork (Ha, Dai & Le 2016): embeddings of layers, and a small network that writes their weights."""

    target: Literal["auto", "conv", "wrn", "dense"] = Field(
        "auto", description="the network: conv or wrn, which look at pictures, or dense; auto: conv where a task has pictures"
    )
    units: tuple[Size, ...] = Field((64,), description="of target dense: units of each hidden layer")
    depth: int = Field(40, le=1000, description="of target wrn: layers, 6 n + 4")
    width: int = Field(1, ge=1, le=64, description="of target wrn: times 16, 32 and 64 channels")
    generated: tuple[str, ...] = Field(
        (),
        description="names of the weights that are generated, * standing for anything; [] for the second kernel of conv, all "
        "kernels in blocks of wrn, all matrices of dense",
    )
    embedding: int = Field(0, ge=0, le=4096, description="numbers of an embedding; 0 for 4, of target wrn 64")
    hidden: int = Field(0, ge=0, le=4096, description="numbers between the two linear layers; 0 for as many as in an embedding")
    basic: int = Field(16, ge=1, le=256, description="inputs and outputs of the squares that weights are put together of")
    initial: First = Field(
        "hyperfan-in",
        description="first generated weights: hyperfan-in or hyperfan-out (Chang et al. 2020), or normal (the paper's notebook)",
    )
    constant_norm: bool = Field(False, description="embeddings are read as cosines and sines, whose squares add up to a constant")
    residual: bool = Field(False, description="what is generated is added to weights that are trained as usual")
    searched: Literal["all", "embeddings"] = Field(
        "all", description="what the search changes: everything, or the embeddings alone, the rest being fixed"
    )
    seed: int = Field(0, ge=0, lt=2**63, description="with searched=embeddings: of the random rest")
    trained: PathText = Field(
        "", description="with searched=embeddings: file of a champion of searched=all, from which the rest is taken"
    )

    @field_validator("depth")
    @classmethod
    def _whole(cls, depth: int) -> int:
        return check_depth(depth)


class HyperWrn401Config(StaticConfig):
    """The wide residual network of depth 40 and width 1 whose kernels a static hypernetwork writes (Ha, Dai & Le 2016)."""

    target: Literal["wrn"] = Field("wrn", description="the network")
    depth: Literal[40] = Field(40, description="layers")
    width: Literal[1] = Field(1, description="times 16, 32 and 64 channels")


class HyperWrn402Config(StaticConfig):
    """The wide residual network of depth 40 and width 2 whose kernels a static hypernetwork writes (Ha, Dai & Le 2016)."""

    target: Literal["wrn"] = Field("wrn", description="the network")
    depth: Literal[40] = Field(40, description="layers")
    width: Literal[2] = Field(2, description="times 16, 32 and 64 channels")


def static_hypernet(
    config: StaticConfig, inputs: int, outputs: int, picture: Picture | None
) -> tuple[StaticHypernet | Embeddings, Network]:
    """The hypernetwork and the network that it is for; InputError where they do not go together."""
    kind = ("conv" if picture else "dense") if config.target == "auto" else config.target
    check_idle(config, kind, units="dense", depth="wrn", width="wrn")
    network = _network(kind, config, inputs, outputs, picture)
    numbers = config.embedding or NUMBERS[kind]
    if config.trained and config.searched == "all":
        raise InputError("trained=RUN is for searched=embeddings; to train a run further write: neatcore train --from RUN")
    if config.seed and (config.trained or config.searched == "all"):
        raise InputError(
            f"seed={config.seed} is of the random rest, which there is with searched=embeddings and without trained=RUN"
        )
    whole = StaticHypernet(
        network,
        matching(network, config.generated or PAPER[kind]),
        numbers,
        config.hidden or numbers,
        config.basic,
        config.initial,
        config.constant_norm,
        config.residual,
    )
    if config.searched == "all":
        return whole, network
    if network.measured and not config.trained:
        raise InputError(f"target={kind} normalises by what it measures while all of it learns: give trained=RUN, or searched=all")
    return Embeddings(whole, _rest(whole, config)), network


def matching(network: Network, patterns: Sequence[str]) -> tuple[str, ...]:
    """The names of a network's matrices and kernels that match one of the patterns; InputError for one that matches none."""
    names = [name for name, shape in network.shapes.items() if len(shape) > 1]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise unknown("weights to generate:", pattern, names)
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


def _network(kind: str, config: StaticConfig, inputs: int, outputs: int, picture: Picture | None) -> Network:
    if kind == "dense":
        return Dense((inputs, *config.units, outputs))
    shape = needed(picture, f"target={kind}")
    if kind == "wrn":
        return wide_resnet(shape, outputs, config.depth, config.width)
    return ConvNet(shape, outputs, "normal" if config.initial == "normal" else "he")


def _rest(whole: StaticHypernet, config: StaticConfig) -> jax.Array:
    """The z of which all but the embeddings is kept: a random one, or that of a trained champion."""
    if not config.trained:
        return whole.initial(jax.random.key(config.seed))
    z = load(config.trained)
    if isinstance(z, Genome) or len(z) != whole.space.size:
        held = "a graph genome" if isinstance(z, Genome) else f"{len(z):,} numbers"
        raise InputError(f"{config.trained} holds {held}, not the {whole.space.size:,} of this hypernetwork with searched=all")
    return jnp.asarray(z, jnp.float32)
