"""What ES-HyperNEAT can be told."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from neatcore.errors import InputError
from substrates.config import activation_named
from substrates.questions import LocalConfig
from substrates.seeds import AXES

PLANE = re.compile(rf"([{AXES}])=([+-]?(?:\d+\.?\d*|\.\d+))")
MOST = 2_000_000_000  # questions to a CPPN that a network may come to


class EsHyperNeatConfig(LocalConfig):
    """ES-HyperNEAT: a CPPN's pattern also tells where hidden neurons stand (Risi & Stanley 2012)."""

    substrate: Literal["task", "parallel", "concentric", "circular", "grid"] = Field(
        "task",
        description="where inputs and outputs stand: task (where the task puts them; parallel where it does not), or a layout",
    )
    plane: str = Field("", description="hidden neurons stand only where a coordinate has this value, such as y=0; empty: anywhere")
    initial: int = Field(3, ge=1, le=8, description="levels of every tree that are always asked for: 2^initial cells along an axis")
    maximum: int = Field(3, ge=1, le=8, description="levels of a tree at most")
    division: float = Field(
        0.03, ge=0, description="cells are divided beyond initial where the variance of the weights exceeds this"
    )
    variance: float = Field(
        0.03, ge=0, description="links are sought below cells whose leaves' weights have this variance at least"
    )
    band: float = Field(0.3, ge=0, description="a link is expressed where its weight differs by more than this from both sides")
    iterations: int = Field(1, ge=0, le=100, description="rounds in which hidden neurons find further ones")
    recurrent: bool = Field(
        True, description="hidden neurons may link to any other; off: only to those further on along the last coordinate"
    )
    rule: Literal["band", "leo"] = Field(
        "band", description="which links are expressed: those in bands, or those that a link expression output wants besides"
    )
    reach: float = Field(3.0, gt=0, le=1e6, description="weights lie within ± this")
    normalise: bool = Field(False, description="the positive weights of a neuron add up to reach, the negative ones to -reach")
    activation: str = Field("sigmoid", description="activation of hidden neurons")
    readout: str = Field("sigmoid", description="activation of output neurons")
    passes: int = Field(5, ge=1, le=1000, description="recurrent: passes a step; a signal crosses a link a pass")

    @field_validator("activation", "readout")
    @classmethod
    def _known(cls, name: str) -> str:
        return activation_named(name)

    @field_validator("plane")
    @classmethod
    def _inside(cls, plane: str) -> str:
        found = PLANE.fullmatch(plane)
        if plane and not found:
            raise InputError(f"plane={plane} is no plane; write an axis, {', '.join(AXES)}, and a place on it, such as y=0")
        if found and abs(float(found[2])) > 1:
            raise InputError(f"plane={plane} is outside the space, which reaches from -1 to 1")
        return plane

    @property
    def level(self) -> tuple[int, float] | None:
        """What `plane` says: which coordinate is given, and its value."""
        found = PLANE.fullmatch(self.plane)
        return (AXES.index(found[1]), float(found[2])) if found else None

    @model_validator(mode="after")
    def _consistent(self) -> EsHyperNeatConfig:
        if self.maximum < self.initial:
            raise InputError(f"maximum={self.maximum} is below initial={self.initial}; a tree has at least its initial levels")
        return self
