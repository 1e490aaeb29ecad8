"""REINFORCE (Williams 1992) for thousands of small networks at once: an episode a network, a step of Adam, and again.

Each network learns for so many steps as were settled for it beforehand, from one to the longest; then it is taken out, and another
begins in its lane. Letters in shapes: N networks wanted, B lanes, n weights, T time steps, H units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.random import default_rng

from hypernets.agents.bodies import Body
from hypernets.agents.cartpole import CartPole
from neatcore.interfaces import Array, Task

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8  # of Adam
Lanes = dict[str, jax.Array]  # weights and Adam's two means (B, n), age (B,)


@dataclass(frozen=True)
class Lessons:
    """How networks learn. longest: steps that the longest learner takes. together: steps between two looks at them."""

    networks: int
    lanes: int
    longest: int
    rate: float
    discount: float
    together: int = 25


class Learners:
    """Collects N networks, each after as many steps as its place settles: from `longest` of the first to one of the last.

    Lanes learn together, so that a network whose `terms` say 0 has learnt for a step when it is taken out.
    """

    def __init__(self, body: Body, world: CartPole, lessons: Lessons, seed: int) -> None:
        self.body, self.world, self.lessons, self.seed = body, world, lessons, seed
        lanes, count = min(lessons.lanes, lessons.networks), lessons.networks
        places = (np.arange(count)[::-1] + 0.5) / count
        self.terms = np.floor(places * (lessons.longest + 1)).astype(np.int64)  # the longest first, so that lanes end together
        self.holds = np.arange(lanes)  # which network a lane holds; N where none
        self.begun, self.steps, self.count = lanes, 0, 0
        self.weights = np.zeros((count, body.size), np.float32)
        self.fitness = np.zeros(count, np.float32)
        weights = jnp.asarray(self._first(self.holds))
        self.lanes: Lanes = {"weights": weights, "mean": 0 * weights, "square": 0 * weights, "age": jnp.zeros(lanes)}

    @property
    def done(self) -> bool:
        return self.count == len(self.weights)

    def advance(self, task: Task) -> int:
        """Some steps of all lanes; how many networks took one, all together. Fitness of those that end is the task's."""
        taken, ended = 0, []
        for _ in range(self.lessons.together):
            ended.append(self._replaced())
            busy = int((self.holds < len(self.weights)).sum())
            if not busy:
                break
            key = jax.random.fold_in(jax.random.key(self.seed), self.steps)
            self.lanes = _learn(self.body, self.world, self.lessons.rate, self.lessons.discount)(self.lanes, key)
            self.steps, taken = self.steps + 1, taken + busy
        self._measure(np.concatenate(ended), task)
        return taken

    def _replaced(self) -> Array:
        """The networks (P,) whose term is over; others are in their lanes."""
        kept = np.minimum(self.holds, len(self.weights) - 1)
        over = (np.asarray(self.lanes["age"]) >= self.terms[kept]) & (self.holds < len(self.weights))
        rows, places = self.holds[over], np.flatnonzero(over)
        if not len(rows):
            return rows
        self.weights[rows] = np.asarray(self.lanes["weights"])[places]
        fresh = np.minimum(np.arange(self.begun, self.begun + len(rows)), len(self.weights))
        self.begun = int(min(self.begun + len(rows), len(self.weights)))
        self.holds[places] = fresh
        cleared = {name: np.asarray(array).copy() for name, array in sorted(self.lanes.items())}
        for name, array in cleared.items():
            array[places] = self._first(fresh) if name == "weights" else 0
        self.lanes = {name: jnp.asarray(array) for name, array in cleared.items()}
        return rows

    def _measure(self, rows: Array, task: Task) -> None:
        if len(rows):
            policy = self.body.bind(self.weights[rows].astype(np.float64))
            self.fitness[rows] = task.evaluate(policy, default_rng([self.seed, self.steps])).fitness
            self.count += len(rows)

    def _first(self, rows: Array) -> Array:
        """First weights (P, n) of networks, each by its own number: uniform, within 1 / √fan-in."""
        bound = np.concatenate([np.full(a * b, (a - 1) ** -0.5) for a, b in self.body.flat.shapes])
        drawn = [default_rng([self.seed, int(row)]).uniform(-1, 1, self.body.size) for row in rows]
        found: Array = (np.array(drawn).reshape(len(rows), -1) * bound).astype(np.float32)
        return found

    def state(self) -> dict[str, Array]:
        numbers: Array = np.array([self.begun, self.steps, self.count], np.int64)
        lanes: dict[str, Array] = {f"lanes.{name}": np.asarray(array) for name, array in sorted(self.lanes.items())}
        own: dict[str, Array] = {"numbers": numbers, "holds": self.holds.copy(), "weights": self.weights, "fitness": self.fitness}
        return own | lanes

    def restore(self, state: Mapping[str, Array]) -> None:
        self.begun, self.steps, self.count = (int(number) for number in state["numbers"])
        self.holds, self.weights, self.fitness = (state[name].copy() for name in ("holds", "weights", "fitness"))
        self.lanes = {name: jnp.asarray(state[f"lanes.{name}"]) for name in self.lanes}


@lru_cache(maxsize=8)
def _learn(body: Body, world: CartPole, rate: float, discount: float) -> Any:
    return jax.jit(partial(learn, body, world, rate, discount))


def learn(body: Body, world: CartPole, rate: float, discount: float, lanes: Lanes, key: jax.Array) -> Lanes:
    """One step of every lane: an episode, the gradient of its pay-off, Adam."""
    states, right, alive = episode(body, world, lanes["weights"], key)
    returns = rewards_to_go(alive, discount)
    slope = jax.grad(partial(surrogate, body))(lanes["weights"], world.scales, states, right, returns)
    age = lanes["age"] + 1
    mean = FIRST * lanes["mean"] + (1 - FIRST) * slope
    square = SECOND * lanes["square"] + (1 - SECOND) * slope * slope
    length = jnp.sqrt(square / (1 - SECOND**age)[:, None]) + EPSILON
    moved = lanes["weights"] - rate * mean / (1 - FIRST**age)[:, None] / length
    return {"weights": moved, "mean": mean, "square": square, "age": age}


def episode(body: Body, world: CartPole, weights: jax.Array, key: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """States (T, 4, B), whether they were pushed right (T, B) and whether they still stood (T, B), of weights (B, n).

    Actions are drawn from the softmax of a network's two outputs.
    """
    matrices = [jnp.moveaxis(matrix, 0, -1) for matrix in unpacked(body, weights)]
    starts, chances = jax.random.split(key)
    lanes = len(weights)

    def step(before: tuple[jax.Array, jax.Array], chance: jax.Array) -> tuple[Any, Any]:
        states, alive = before
        right = chance < jax.nn.sigmoid(_preference(matrices, world.observe(states)))
        after = jnp.where(alive, world.move(states, right), states)
        return (after, alive & world.stands(after)), (states, right, alive)

    first = jax.random.uniform(starts, (4, lanes), minval=-world.spread, maxval=world.spread)
    drawn = jax.random.uniform(chances, (world.steps, lanes))
    found: tuple[jax.Array, jax.Array, jax.Array]
    _, found = jax.lax.scan(step, (first, jnp.ones(lanes, bool)), drawn, unroll=4)
    return found


def rewards_to_go(alive: jax.Array, discount: float) -> jax.Array:
    """Σ γ^k of the steps still to come, this one included, where alive (T, B); 0 elsewhere: 1 a step makes a geometric series."""
    left = jnp.flip(jnp.cumsum(jnp.flip(alive, 0), 0), 0)
    return jnp.where(alive, (1 - discount**left) / (1 - discount), 0.0)


def surrogate(
    body: Body, weights: jax.Array, scales: tuple[float, ...], states: jax.Array, right: jax.Array, returns: jax.Array
) -> jax.Array:
    """-Σ R_t ln π(a_t | s_t), whose gradient is that of the pay-off (Williams 1992), summed over lanes."""

    def one(matrices: list[jax.Array], states: jax.Array, right: jax.Array, returns: jax.Array) -> jax.Array:
        values = states / jnp.array(scales)
        for matrix in matrices[:-1]:
            values = jnp.tanh(values @ matrix[:-1] + matrix[-1])
        outputs = values @ matrices[-1][:-1] + matrices[-1][-1]
        preference = outputs[:, 1] - outputs[:, 0]
        return -(jax.nn.log_sigmoid(jnp.where(right, preference, -preference)) * returns).sum()

    return jax.vmap(one)(unpacked(body, weights), states.transpose(2, 0, 1), right.T, returns.T).sum()


def unpacked(body: Body, weights: jax.Array) -> list[jax.Array]:
    """Weights (B, n) as a matrix a layer, (B, fan-in + 1, fan-out)."""
    ends = np.cumsum([a * b for a, b in body.flat.shapes])[:-1]
    parts = jnp.split(weights, ends.tolist(), axis=1)
    return [part.reshape(-1, *shape) for part, shape in zip(parts, body.flat.shapes, strict=True)]


def _preference(matrices: list[jax.Array], values: jax.Array) -> jax.Array:
    """How much networks (…, B) prefer their second output, of values (H, B); the lanes last, so that they fill the processor."""
    for matrix in matrices[:-1]:
        values = jnp.tanh(_sum(values, matrix))
    return _sum(values, matrices[-1][:, 1] - matrices[-1][:, 0])


def _sum(values: jax.Array, matrix: jax.Array) -> jax.Array:
    """Values (H, B) times a matrix (H + 1, …, B), whose last row is the bias.

    Term by term: from some thousand lanes on, a reduction of their product is wrong in a scan on the CPU (JAX 0.10.2), and slower.
    """
    total = matrix[-1]
    for row in range(len(matrix) - 1):
        total = total + values[row] * matrix[row]
    return total
