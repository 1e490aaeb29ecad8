"""What ES-HyperNEAT can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from neatcore.errors import InputError
from substrates.config import activation_named
from substrates.questions import QuestionsConfig

MOST = 2_000_000_000  # questions to a CPPN that a network may come to


class EsHyperNeatConfig(QuestionsConfig):
    """ES-HyperNEAT: a CPPN's pattern also tells where hidden neurons stand (Risi & Stanley 2012)."""

    substrate: Literal["task", "parallel", "concentric", "circular", "grid"] = Field(
        "task",
        description="where inputs and outputs stand: task (where the task puts them; parallel where it does not), or a layout",
    )
    height: float | Literal["any"] = Field("any", description="hidden neurons stand only where the last coordinate is this")
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
    reach: float = Field(3.0, gt=0, description="weights lie within ± this")
    normalise: bool = Field(False, description="the positive weights of a neuron add up to reach, the negative ones to -reach")
    activation: str = Field("sigmoid", description="activation of hidden neurons")
    readout: str = Field("sigmoid", description="activation of output neurons")
    passes: int = Field(5, ge=1, le=1000, description="recurrent: passes a step; a signal crosses a link a pass")

    @field_validator("activation", "readout")
    @classmethod
    def _known(cls, name: str) -> str:
        return activation_named(name)

    @field_validator("height")
    @classmethod
    def _inside(cls, height: float | Literal["any"]) -> float | Literal["any"]:
        if height != "any" and not -1 <= float(height) <= 1:
            raise InputError(f"height={height} is outside the space, which reaches from -1 to 1")
        return height

    @model_validator(mode="after")
    def _consistent(self) -> EsHyperNeatConfig:
        if self.maximum < self.initial:
            raise InputError(f"maximum={self.maximum} is below initial={self.initial}; a tree has at least its initial levels")
        return self
