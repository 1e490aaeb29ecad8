"""What adaptive HyperNEAT can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from substrates.config import SubstrateConfig
from substrates.questions import QuestionsConfig

# of each model: what its CPPN answers about a link, the weight first
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "hebbian": ("weight", "rate"),
    "abc": ("weight", "rate", "A", "B", "C"),
    "iterated": ("weight change",),
}
MODULATED = ("D", "modulation")


class AdaptiveConfig(QuestionsConfig, SubstrateConfig):
    """Adaptive HyperNEAT: a CPPN paints weights and the rules by which they change while the network lives."""

    synapses: Literal["hebbian", "abc", "iterated"] = Field(
        "abc",
        description="what is painted besides weights: hebbian (learning rates), abc (rates, and A, B and C of Δw = rate · (A·x·y + "
        "B·x + C·y)), iterated (nothing: the CPPN also reads x, y and w, and is asked for Δw at every step)",
    )
    modulated: bool = Field(
        False,
        description="abc: a constant D, and links that modulate: the tanh of what they carry gates what their target learns",
    )
    threshold: float = Field(0.2, ge=0, lt=1, description="answers within ± this are no link; iterated: no change")
    reach: float = Field(3.0, gt=0, le=1e6, description="weights at birth lie within ± this")
    rate: float = Field(8.0, gt=0, description="learning rates lie within ± this")
    pace: float = Field(5.0, gt=0, description="iterated: what an answer of 1 adds to a weight in a step")
    limit: float = Field(5.0, gt=0, description="weights never leave ± this")

    @property
    def answered(self) -> tuple[str, ...]:
        """What the CPPN answers about a link, in this order."""
        return ANSWERS[self.synapses] + MODULATED * self.modulated
