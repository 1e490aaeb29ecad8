"""What is to be small, by the name that a task gives it: mean loss over a batch, and figures beside it."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

Figures = dict[str, jax.Array]
Loss = Callable[[jax.Array, jax.Array], tuple[jax.Array, Figures]]


def cross_entropy(logits: jax.Array, targets: jax.Array) -> tuple[jax.Array, Figures]:
    """Mean of -log softmax(logits)[target], in nats: logits (…, O), targets (…) whole numbers; and the share that is right."""
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, targets)
    return losses.mean(), {"accuracy": (logits.argmax(-1) == targets).mean()}


def squared(outputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, Figures]:
    """Mean of the squared differences of outputs and targets (…, O)."""
    return jnp.square(outputs - targets).mean(), {}


LOSSES: dict[str, Loss] = {"cross-entropy": cross_entropy, "squared": squared}
