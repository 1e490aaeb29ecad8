"""HyperGAN's settings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from neatcore.parameters import Parameters, Size


class HyperGanConfig(Parameters):
    """HyperGAN (Ratzlaff & Li 2019): noise becomes codes of layers, codes become weights, so that every draw is another network."""

    target: Literal["auto", "conv", "dense"] = Field(
        "auto", description="the network: conv for pictures, the paper's; or dense; auto: conv for pictures of 16 pixels or more"
    )
    channels: tuple[Size, ...] = Field(
        (), description="of target conv: of each convolution; [] for 32, 32 for grey pictures and 16, 32, 64 for those in colour"
    )
    hidden: tuple[Size, ...] = Field((64,), description="of target dense: units of each hidden layer")
    noise: int = Field(256, ge=1, le=65_536, description="numbers of noise that the mixer reads")
    code: int = Field(128, ge=1, le=8192, description="numbers of a layer's code")
    units: tuple[Size, ...] = Field((512, 512), description="units of each hidden layer of mixer, generators and discriminator")
    activation: Literal["elu", "relu"] = Field("elu", description="activation of hidden units of mixer and generators")
    normalise: bool = Field(True, description="batch normalisation of their hidden units, over draws; see `codes`")
    networks: int = Field(
        8, ge=1, le=1024, description="networks that are drawn at each step of training, all on the same examples"
    )
    codes: int = Field(
        256,
        ge=8,
        le=65_536,
        description="draws of codes at each step, on which the discriminator is trained, and over which units are normalised",
    )
    beta: float = Field(0.1, ge=0, description="weight of the discriminator's term beside the loss of the networks")
    pace: float = Field(5.0, gt=0, description="how much faster the mixer learns than the generators")
    common: float = Field(
        0.0, ge=0, lt=1, description="share of the first weights' variance that all networks have in common: for deeper networks"
    )
    matching: int = Field(100, ge=0, description="steps in which the mixer first learns codes of mean 0 and covariance 1")
    answering: int = Field(5, ge=1, le=1024, description="networks that answer together where the whole is tried")
    seed: int = Field(0, ge=0, lt=2**63, description="of the noise of the networks that answer")
