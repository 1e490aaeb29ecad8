"""The table of activation functions: their names and codes. `kernels.activate` computes them."""

from __future__ import annotations

from neatcore.errors import unknown

NAMES: tuple[str, ...] = (
    "linear",
    "sigmoid",  # 1 / (1 + e^(-4.9 x)), the steepened sigmoid of Stanley & Miikkulainen 2002, section 4.1
    "logistic",  # 1 / (1 + e^(-x))
    "tanh",
    "relu",
    "gaussian",  # e^(-x²)
    "sine",
    "absolute",
    "step",  # 1 where x > 0, else 0
)
_CODES = {name: code for code, name in enumerate(NAMES)}


def code_of(name: str) -> int:
    """The code of the activation `name`; InputError names the nearest one."""
    try:
        return _CODES[name]
    except KeyError:
        raise unknown("activation", name, NAMES) from None
