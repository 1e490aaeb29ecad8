"""The activations of neatcore as JAX computes and differentiates them: the same formulas, in the same order, for arrays of float32.

Derivatives where there is none are conventions: `step` has 0 everywhere, `absolute` and `relu` have 0 at 0, and what is cut off
(`ramp` beyond ± 3, anything beyond ± 1e6) has 0 from the edge on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import jax
import jax.numpy as jnp

from neatcore.activations import BUILT_IN, NAMES
from neatcore.compiled import LARGEST
from neatcore.errors import InputError

Activation = Callable[[jax.Array], jax.Array]

LARGEST_ANGLE = 65536.0


def within(x: jax.Array, low: float, high: float) -> jax.Array:
    """x cut to [low, high]; from the edges on the derivative is 0."""
    return jnp.where(x <= low, low, jnp.where(x >= high, high, x))


def _angle(x: jax.Array) -> jax.Array:
    return within(x, -LARGEST_ANGLE, LARGEST_ANGLE)


_TABLE: dict[str, Activation] = {
    "linear": lambda x: within(x, -LARGEST, LARGEST),
    "sigmoid": lambda x: jax.nn.sigmoid(4.9 * x),
    "logistic": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": lambda x: within(x, 0.0, LARGEST),
    "gaussian": lambda x: jnp.exp(-x * x),
    "sine": lambda x: jnp.sin(_angle(x)),
    "absolute": lambda x: within(jnp.sign(x) * x, -1.0, LARGEST),  # jnp.abs has derivative 1 at 0
    "step": lambda x: jnp.where(x > 0, 1.0, 0.0),
    "cosine": lambda x: jnp.cos(_angle(x)),
    "square": lambda x: within(x * x, -1.0, LARGEST),
    "ramp": lambda x: within(x, -3.0, 3.0) / 3.0,
    "signed_sigmoid": lambda x: jnp.tanh(0.5 * x),  # 2 / (1 + e^-x) - 1
    "steep_signed_sigmoid": lambda x: jnp.tanh(2.45 * x),
    "signed_gaussian": lambda x: 2.0 * jnp.exp(-x * x) - 1.0,
}
BY_CODE: tuple[Activation, ...] = tuple(_TABLE[name] for name in NAMES[:BUILT_IN])


def activation(name: str) -> Activation:
    """The activation of that name; InputError for one that is a user's own, of which JAX has no formula."""
    check_codes([NAMES.index(name)])
    return _TABLE[name]


def check_codes(codes: Iterable[int]) -> None:
    """InputError where one is the code of a user's own activation."""
    own = [NAMES[code] for code in codes if code >= BUILT_IN]
    if own:
        raise InputError(
            f"activation {own[0]} is registered for numba alone, so there is no gradient; learning takes {', '.join(_TABLE)}"
        )
