"""The laws of the seam as code: conformance checks for encodings, policies and tasks, also for a user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import default_rng

from neatcore.errors import require
from neatcore.interfaces import (
    Behaving,
    Charted,
    Encoding,
    GraphSpace,
    Model,
    Named,
    Placed,
    Policy,
    Showable,
    Shown,
    Space,
    Task,
)
from neatcore.loop import evaluate

SOME = 6  # networks a check uses


def sample_genomes(space: Space, seed: int = 0) -> Sequence[Any]:
    """A few different genomes of a space: grown by some generations of NEAT, or drawn at random."""
    rng = default_rng(seed)
    if not isinstance(space, GraphSpace):
        return list(rng.normal(space.mean, space.scale, (SOME, space.size)))
    from neatcore.neat import Neat, NeatConfig

    neat = Neat(NeatConfig(population=SOME, add_node=0.5, add_link=0.5), space, rng)
    for _ in range(10):
        neat.tell(rng.random(len(neat.ask())))
    return neat.ask()


def check_encoding(encoding: Encoding[Any, Any], model: Model[Any], genomes: Sequence[Any] | None = None) -> None:
    """Raise InputError unless decoding is pure, keeps the order of genomes, and its policies keep the laws of `check_policy`."""
    genomes = sample_genomes(encoding.space) if genomes is None else genomes
    policy = model.bind(encoding.decode(genomes))
    require(policy.size == len(genomes), f"{_kind(encoding)} made {policy.size} networks of {len(genomes)} genomes")
    check_policy(policy)
    answers = _run(policy)
    require(
        np.array_equal(answers, _run(model.bind(encoding.decode(genomes)))),
        f"{_kind(encoding)} is not pure: decoding twice differs",
    )
    backwards = _run(model.bind(encoding.decode([genomes[i] for i in reversed(range(len(genomes)))])), flip=True)
    require(np.array_equal(answers, backwards[::-1]), f"{_kind(encoding)}: a network depends on which genomes are decoded with it")


def check_policy(policy: Policy) -> None:
    """Raise InputError unless shapes are right, lanes and networks are independent, and `take` and `reset` keep their promises."""
    kind, lanes = _kind(policy), 3
    state = policy.reset(lanes)
    require(len(state) == policy.size, f"{kind}: the first axis of the state is {len(state)}, not P = {policy.size}")
    answers = _run(policy, lanes)
    wanted = (2, policy.size, lanes, policy.outputs)
    require(answers.swapaxes(0, 1).shape == wanted, f"{kind}: two steps gave {answers.swapaxes(0, 1).shape}, not {wanted}")
    require(np.isfinite(answers).all(), f"{kind}: outputs are not finite")
    require(np.array_equal(answers, _run(policy, lanes)), f"{kind}: the same steps from reset gave other outputs")
    rows = np.arange(policy.size)[::2]
    require(np.array_equal(_run(policy.take(rows), lanes, rows=rows), answers[rows]), f"{kind}: take(rows) computes other networks")
    alone = _run(policy, 1)
    require(np.array_equal(alone[:, :, 0], answers[:, :, 0]), f"{kind}: a lane depends on the lanes beside it")


def check_task(task: Task, policy: Policy | None = None) -> None:
    """Raise InputError or TaskError unless the task evaluates networks of its inputs and outputs, repeatably and independently.

    policy: networks to test it with; some random perceptrons where omitted.
    """
    name = _kind(task)
    for side in ("inputs", "outputs"):
        count = getattr(task, side, None)
        require(isinstance(count, int) and count > 0, f"{name}.{side} is {count!r}; a task says how many {side} a network has")
    policy = policy or _perceptrons(task)
    whole = evaluate(task, policy, default_rng(1))
    again = evaluate(task, policy, default_rng(1))
    require(
        np.array_equal(whole.fitness, again.fitness),
        f"{name}: the same networks and episodes gave other fitness; draw from rng only",
    )
    rows = np.arange(policy.size)[1::2]
    part = evaluate(task, policy.take(rows), default_rng(1))
    require(
        np.array_equal(part.fitness, whole.fitness[rows]),
        f"{name}: a network's fitness depends on which others are evaluated with it; draw from rng per episode, not per network",
    )
    if isinstance(task, Named):
        inputs, outputs = task.names
        require(
            (len(inputs), len(outputs)) == (task.inputs, task.outputs),
            f"{name}.names has {len(inputs)} inputs and {len(outputs)} outputs, the task {task.inputs} and {task.outputs}",
        )
    if isinstance(task, Placed):
        shapes = [np.shape(points) for points in task.places]
        fits = all(len(shape) == 2 for shape in shapes) and [shape[0] for shape in shapes] == [task.inputs, task.outputs]
        require(
            fits and shapes[0][1] == shapes[1][1],
            f"{name}.places has shapes {shapes[0]} and {shapes[1]}, not ({task.inputs}, D) and ({task.outputs}, D)",
        )
    if isinstance(task, Behaving):
        found = None if whole.behaviour is None else whole.behaviour.shape
        require(
            found == (policy.size, len(task.behaviours)),
            f"{name}: evaluations have a behaviour of shape {found}, behaviours name {len(task.behaviours)} numbers a network",
        )
    if isinstance(task, Charted):
        trace = np.shape(task.trace(policy.take(np.arange(1)), default_rng(1)))
        require(len(trace) == 2 and trace[1] == 2, f"{name}.trace has shape {trace}, not (T, 2)")
    if isinstance(task, Showable):
        shown = task.show(policy.take(np.arange(1)), default_rng(1))
        require(isinstance(shown, Shown), f"{name}.show returned a {type(shown).__name__}")


def _perceptrons(task: Task) -> Policy:
    from neatcore.perceptron import MlpConfig, mlp

    encoding, model = mlp(MlpConfig(hidden=(4,)), task.inputs, task.outputs)
    return model.bind(encoding.decode(sample_genomes(encoding.space)))


def _run(policy: Policy, lanes: int = 3, *, rows: Any = None, flip: bool = False) -> Any:
    """Outputs (P, 2, lanes, O) of two steps from reset on inputs that depend on the network's row and the lane alone."""
    places = np.arange(policy.size) if rows is None else rows
    places = places[::-1] if flip else places
    grid = places[:, None, None] * 0.37 + np.arange(lanes)[None, :, None] * 0.11 + np.arange(policy.inputs)[None, None, :] * 0.23
    state, steps = policy.reset(lanes), []
    for turn in range(2):
        state, outputs = policy.step(state, np.cos(grid + turn))
        steps.append(np.array(outputs))
    return np.stack(steps, axis=1)


def _kind(thing: object) -> str:
    return type(thing).__name__
