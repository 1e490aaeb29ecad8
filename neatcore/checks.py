"""The laws of the seam as code: conformance checks for encodings, policies and tasks, also for a user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import default_rng

from neatcore.errors import InputError, require
from neatcore.interfaces import (
    Behaving,
    Charted,
    Encoding,
    Evaluation,
    Examining,
    Floats,
    Generalising,
    GraphSpace,
    Model,
    Named,
    Placed,
    Policy,
    Scene,
    Showable,
    Shown,
    Space,
    Task,
)
from neatcore.loop import blaming, evaluate, examine, figures_of

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
    for rows in ([*reversed(range(len(genomes)))], [len(genomes) - 1], [*range(len(genomes))][1::2]):
        if rows:
            found = _run(model.bind(encoding.decode([genomes[row] for row in rows])), rows=np.array(rows))
            message = f"{_kind(encoding)}: a network depends on which genomes are decoded with it, or in which order"
            require(np.array_equal(answers[rows], found), message)


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
    last = policy.size - 1
    for rows in (np.arange(policy.size)[::2], np.array([last]), np.array([last, 0]), np.array([0, 0])):
        found = _run(policy.take(rows), lanes, rows=rows)
        require(np.array_equal(found, answers[rows]), f"{kind}: take(rows) computes other networks, of rows {rows.tolist()}")
    for lane in range(lanes):
        alone = _run(policy, 1, first=lane)
        require(np.array_equal(alone[:, :, 0], answers[:, :, lane]), f"{kind}: a lane depends on the lanes beside it")
    _check_states(policy, answers)


def _check_states(policy: Policy, answers: Any) -> None:
    """Raise InputError unless all memory is in the state: of two episodes at once, of networks that are dropped between steps."""
    kind, lanes = _kind(policy), answers.shape[2]
    rows, here, there = np.array([policy.size - 1]), policy.reset(lanes), policy.reset(lanes)
    asked = [_asked(policy.inputs, np.arange(policy.size), lanes, turn) for turn in range(2)]
    before = asked[0].copy()
    here, _ = policy.step(here, asked[0])
    require(np.array_equal(asked[0], before), f"{kind}: a step writes over its inputs")
    part = here[rows].copy()
    policy.step(there, 2 * asked[1])
    _, outputs = policy.step(here, asked[1])
    require(np.array_equal(outputs, answers[:, 1]), f"{kind}: an episode depends on another one that runs at the same time")
    _, outputs = policy.take(rows).step(part, asked[1][rows])
    require(np.array_equal(outputs, answers[rows, 1]), f"{kind}: the networks of take(rows) do not go on from state[rows]")


def check_description(task: Task) -> None:
    """InputError where a task has names, places or a chart that are not what they should be; cheap, as nothing is evaluated."""
    try:
        _check_description(task)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{_kind(task)}: its names, places or chart raised {type(error).__name__}: {error}") from error


def _check_description(task: Task) -> None:
    name = _kind(task)
    if isinstance(task, Named) and task.names:
        inputs, outputs = _pair(task.names, f"{name}.names")
        require(
            (len(inputs), len(outputs)) == (task.inputs, task.outputs),
            f"{name}.names has {len(inputs)} inputs and {len(outputs)} outputs, the task {task.inputs} and {task.outputs}",
        )
    if isinstance(task, Placed):
        places = [_points(points, f"{name}.places") for points in _pair(task.places, f"{name}.places")]
        shapes = [points.shape for points in places]
        fits = all(len(shape) == 2 for shape in shapes) and [shape[0] for shape in shapes] == [task.inputs, task.outputs]
        require(
            fits and shapes[0][1] == shapes[1][1],
            f"{name}.places has shapes {shapes[0]} and {shapes[1]}, not ({task.inputs}, D) and ({task.outputs}, D)",
        )
    if isinstance(task, Charted):
        require(isinstance(task.chart, Scene), f"{name}.chart is a {type(task.chart).__name__}, not a Scene")


def _pair(value: Any, what: str) -> tuple[Any, Any]:
    """What stands for inputs and outputs."""
    fits = isinstance(value, Sequence) and len(value) == 2 and all(hasattr(each, "__len__") for each in value)
    require(fits, f"{what} is a {type(value).__name__}; it must be a pair, of the inputs and of the outputs")
    return value[0], value[1]


def _points(value: Any, what: str) -> Floats:
    """An array of finite numbers."""
    try:
        points = np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} holds what is no array of numbers: {error}") from None
    require(np.isfinite(points).all(), f"{what} holds numbers that are not finite")
    return points


def check_task(task: Task, policy: Policy | None = None) -> None:
    """Raise InputError or TaskError unless the task evaluates networks of its inputs and outputs, repeatably and independently.

    policy: networks to test it with; some random perceptrons where omitted.
    """
    if isinstance(task, type):
        raise InputError(f"{task.__name__} is a class; check a task that is made of it, such as {task.__name__}()")
    name = _kind(task)
    for side in ("inputs", "outputs"):
        count = getattr(task, side, None)
        require(
            isinstance(count, int) and not isinstance(count, bool) and count > 0,
            f"{name}.{side} is {count!r}; a task says how many {side} a network has",
        )
    policy = policy or _perceptrons(task)
    whole = evaluate(task, policy, default_rng(1))
    again = evaluate(task, policy, default_rng(1))
    other = _difference(whole, again, np.arange(policy.size))
    require(not other, f"{name}: the same networks and episodes gave other {other}; draw from rng only")
    for rows in (np.arange(policy.size)[1::2], np.array([policy.size - 1])):
        other = _difference(whole, evaluate(task, policy.take(rows), default_rng(1)), rows)
        require(
            not other,
            f"{name}: a network's {other} depends on which others are evaluated with it; draw from rng per episode, not a network",
        )
    check_description(task)
    if isinstance(task, Behaving):
        found = None if whole.behaviour is None else whole.behaviour.shape
        require(
            found == (policy.size, len(task.behaviours)),
            f"{name}: evaluations have a behaviour of shape {found}, behaviours name {len(task.behaviours)} numbers a network",
        )
        require(np.isfinite(whole.behaviour).all(), f"{name}: a behaviour is not finite")  # type: ignore[arg-type]
    if isinstance(task, Charted):
        trace = np.shape(task.trace(policy.take(np.arange(1)), default_rng(1)))
        require(len(trace) == 2 and trace[1] == 2, f"{name}.trace has shape {trace}, not (T, 2)")
    if isinstance(task, Examining):
        examine(task, policy, whole, np.arange(1), default_rng(1))
    if isinstance(task, Generalising):
        with blaming(task, "in generalise"):
            figures_of(task, task.generalise(policy.take(np.arange(1)), default_rng(1)), "what it returned")
    if isinstance(task, Showable):
        with blaming(task, "in show"):
            shown = task.show(policy.take(np.arange(1)), default_rng(1))
        require(isinstance(shown, Shown), f"{name}.show returned a {type(shown).__name__}")


def _perceptrons(task: Task) -> Policy:
    from neatcore.perceptron import MlpConfig, mlp

    encoding, model = mlp(MlpConfig(hidden=(4,)), task.inputs, task.outputs)
    return model.bind(encoding.decode(sample_genomes(encoding.space)))


def _difference(whole: Evaluation, part: Evaluation, rows: Any) -> str:
    """The first of the columns of an evaluation of the networks `rows` that is not as in that of all; empty where there is none."""
    columns = {"fitness": (whole.fitness, part.fitness), "solved": (whole.solved, part.solved)}
    columns["behaviour"] = (whole.behaviour, part.behaviour)
    columns |= {f"info[{key!r}]": (whole.info[key], part.info.get(key)) for key in whole.info}
    for name, (every, some) in columns.items():
        same = (
            every is some if every is None or some is None else np.array_equal(every[rows], some, equal_nan=some.dtype.kind == "f")
        )
        if not same:
            return name
    return ""


def _run(policy: Policy, lanes: int = 3, *, rows: Any = None, first: int = 0) -> Any:
    """Outputs (P, 2, lanes, O) of two steps from reset on inputs that depend on the network's row and the lane alone."""
    places = np.arange(policy.size) if rows is None else rows
    state, steps = policy.reset(lanes), []
    for turn in range(2):
        state, outputs = policy.step(state, _asked(policy.inputs, places, lanes, turn, first))
        steps.append(np.array(outputs))
    return np.stack(steps, axis=1)


def _asked(inputs: int, rows: Any, lanes: int, turn: int, first: int = 0) -> Any:
    """Inputs (P, lanes, I) that depend on the network's row, the lane and the step."""
    grid = rows[:, None, None] * 0.37 + np.arange(first, first + lanes)[None, :, None] * 0.11
    return np.cos(grid + np.arange(inputs)[None, None, :] * 0.23 + turn)


def _kind(thing: object) -> str:
    return type(thing).__name__
