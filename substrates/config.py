"""What a substrate's networks have in common, whatever fills in their weights."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from neatcore.activations import code_of
from neatcore.errors import InputError
from neatcore.parameters import Parameters, file_unless

Shape = int | tuple[int, ...]
LAYOUTS = ("task", "parallel", "concentric", "circular", "sandwich", "grid", "hypercube")


class SubstrateConfig(Parameters):
    """Neurons in space, and the networks on them."""

    substrate: str = Field(
        "task",
        description="where neurons stand: task (where the task puts them; parallel where it does not), "
        + ", ".join(LAYOUTS[1:])
        + ", or a TOML or JSON file",
    )
    hidden: tuple[Shape, ...] = Field(
        (), description="hidden sheets: neurons of each, as [8] for eight, or as [[5, 5]] for a grid of x × y"
    )
    dimensions: int = Field(2, ge=1, le=3, description="coordinates of a neuron of the substrates grid and hypercube")
    wiring: Literal["layers", "skip", "recurrent", "full"] = Field(
        "layers",
        description="which sheets are linked: layers (each to the next), skip (each to all later ones), recurrent (layers, and "
        "each hidden sheet to itself), full (every sheet to every hidden and output sheet, as always in a hypercube)",
    )
    depth: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="a further coordinate that tells sheets apart, from -1 for the inputs to 1 for the outputs; auto: where sheets "
        "lie over each other and one CPPN output would confuse two pairs of them",
    )
    activation: str = Field("sigmoid", description="activation of hidden neurons")
    readout: str = Field("sigmoid", description="activation of output neurons")
    passes: int = Field(1, ge=1, le=1000, description="where sheets are linked back: passes a step; a signal crosses a link a pass")

    @field_validator("substrate")
    @classmethod
    def _absolute(cls, substrate: str) -> str:
        """A file stays the same file wherever the run is resumed from."""
        return file_unless(substrate, LAYOUTS)

    @field_validator("hidden")
    @classmethod
    def _sizes(cls, hidden: tuple[Shape, ...]) -> tuple[Shape, ...]:
        for shape in hidden:
            sides = (shape,) if isinstance(shape, int) else shape
            if not 1 <= len(sides) <= 3 or any(side < 1 for side in sides):
                raise InputError(f"a hidden sheet of {shape} neurons; write 8, [5, 5] or [3, 3, 3]")
        return hidden

    @field_validator("activation", "readout")
    @classmethod
    def _known(cls, name: str) -> str:
        return activation_named(name)


def activation_named(name: str) -> str:
    """The name itself; InputError where there is no such activation."""
    code_of(name)
    return name
