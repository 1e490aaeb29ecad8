"""Pictures changed so that networks mistake them, by the gradient of what they mistake together: FGSM and PGD.

Letters in shapes: N networks, S pictures, I pixels in [0, 1].
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.ensembles import each
from neatcore.errors import require, unknown
from neatcore.interfaces import Floats, Ints

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights

STEPS = 10  # of PGD
STRIDE = 2.5  # how far all of its steps would lead together, in ε (Madry et al. 2018)
METHODS = ("fgsm", "pgd")


def attack(
    method: str,
    network: Network,
    weights: Stacked,
    pixels: Floats,
    labels: Ints,
    epsilon: float,
    *,
    seed: int = 0,
    steps: int = STEPS,
) -> Floats:
    """Pictures (S, I) after an attack on N networks that answer together; no pixel differs by more than ε.

    fgsm: one step of ε along the signs of the gradient (Goodfellow, Shlens & Szegedy 2015). pgd: from a random place within ε,
    `steps` smaller ones, each followed by a cut to ε and to [0, 1] (Madry et al. 2018). InputError for another method or size.
    """
    if method not in METHODS:
        raise unknown("method of attack", method, METHODS)
    require(0 <= epsilon <= 1, f"epsilon is {epsilon}; pixels lie in [0, 1], so that it must, too")
    require(steps > 0, f"steps is {steps}; there must be at least 1")
    arrays = {name: jnp.asarray(array) for name, array in weights.items()}
    start, right = jnp.asarray(pixels, jnp.float32), jnp.asarray(labels)
    if method == "fgsm":
        changed = _step(network, arrays, start, start, right, epsilon, epsilon)
    else:
        key = jax.random.key(seed)
        changed = jnp.clip(start + jax.random.uniform(key, start.shape, minval=-epsilon, maxval=epsilon), 0.0, 1.0)
        for _ in range(steps):
            changed = _step(network, arrays, changed, start, right, epsilon, STRIDE * epsilon / steps)
    found: Floats = np.asarray(changed, np.float64)
    return found


def mistaken(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """Log odds (S,) that N networks together, the mean of their softmax, mistake pictures; logits (N, S, C), labels (S,).

    It rises with their cross-entropy, so that its gradient has the same signs. But it does not vanish where networks are sure,
    as that of the cross-entropy does in single precision where logits are some 90 apart.
    """
    own = jnp.arange(logits.shape[-1]) == labels[:, None]
    right = jnp.where(own, logits, 0.0).sum(axis=-1)
    behind = jax.nn.logsumexp(jnp.where(own, -jnp.inf, logits), axis=-1) - right
    wrong, told = (jax.nn.logsumexp(jax.nn.log_sigmoid(sign * behind), axis=0) for sign in (1, -1))
    return wrong - told


@partial(jax.jit, static_argnums=0)
def _step(
    network: Any, weights: Weights, pixels: jax.Array, start: jax.Array, labels: jax.Array, epsilon: float, stride: float
) -> jax.Array:
    """One step towards mistakes, cut to within ε of where it started, and to what pixels can be."""

    slope = jax.grad(lambda pixels: mistaken(each(network, weights, pixels), labels).sum())(pixels)
    moved = pixels + stride * jnp.sign(slope)
    cut: jax.Array = jnp.clip(jnp.clip(moved, start - epsilon, start + epsilon), 0.0, 1.0)
    return cut
