"""The table of activation functions: their names and codes, which never change. `activate` in each `kernels.py` computes them.

`register` adds more: a user's own, as a function of one number. They are compiled when first computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neatcore.errors import require, unknown
from neatcore.interfaces import Ints

NAMES = [  # by code
    "linear",
    "sigmoid",  # 1 / (1 + e^(-4.9 x)), the steepened sigmoid of Stanley & Miikkulainen 2002, section 4.1
    "logistic",  # 1 / (1 + e^(-x))
    "tanh",
    "relu",
    "gaussian",  # e^(-x²)
    "sine",
    "absolute",
    "step",  # 1 where x > 0, else 0
    "cosine",
    "square",
    "ramp",  # clip(x, ±3) / 3, Gauci's "linear" (Stanley, D'Ambrosio & Gauci 2009)
    "signed_sigmoid",  # 2 / (1 + e^(-x)) - 1, of HyperNEAT (the same paper) and Picbreeder
    "steep_signed_sigmoid",  # 2 / (1 + e^(-4.9 x)) - 1, of ES-HyperNEAT (Risi & Stanley 2012)
    "signed_gaussian",  # 2 e^(-x²) - 1, of Picbreeder
]
BUILT_IN = len(NAMES)
OWN: dict[str, Callable[[float], float]] = {}  # those registered, in the order of their codes
_CODES = {name: code for code, name in enumerate(NAMES)}


def code_of(name: str) -> int:
    """The code of the activation `name`; InputError names the nearest one."""
    try:
        return _CODES[name]
    except KeyError:
        raise unknown("activation", name, NAMES) from None


def codes_of(codes: Ints, names: Sequence[str]) -> Ints:
    """The codes that activations have here, of codes that stand for places in the list `names`, as a file keeps it: a user's own
    have other codes where others are registered. InputError names one that is not known here."""
    return np.array([code_of(name) if place in codes else 0 for place, name in enumerate(names)], np.int64)[codes]


def register(name: str, function: Callable[[float], float]) -> int:
    """Add an activation of your own and return its code: `register("wave", lambda x: x - x**3)`.

    The function takes and returns a number, in Python that numba compiles: arithmetic, conditions, `math`. What it returns is
    cut off at ±1e6, and what is no number becomes -1e6. Register in the file of your task, so that every process knows it, and
    always in the same order. InputError where the name is taken by another function.
    """
    require(name.isidentifier(), f"the name of an activation must be a word, not {name!r}")
    require(callable(function), f"the activation {name!r} must be a function of one number")
    if name in _CODES:
        known = getattr(OWN.get(name), "__code__", None)
        require(known is not None and known == getattr(function, "__code__", None), f"there is an activation {name!r} already")
        return _CODES[name]
    OWN[name] = function
    _CODES[name] = len(NAMES)
    NAMES.append(name)
    return _CODES[name]
