"""Compiled kernels that XLA calls: what they compute is elsewhere; here, how they are called."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hypernets.kernels.calls import called, usable
from hypernets.kernels.frames import length, numbers, operand, operands, result
from hypernets.kernels.jobs import opened
from hypernets.kernels.memory import floats
from neatcore.compiled import kernel

PARTS = 1000


@kernel
def parts(_frame: int) -> int:
    return PARTS


@kernel
def count_up(frame: int, part: int) -> None:
    """Each part adds its number to its own place: what was there, and how many operands there are."""
    there, found = operand(frame, 0), result(frame, 0)
    row = part * length(there, 1)
    for k in range(length(there, 1)):
        floats(numbers(found))[row + k] = floats(numbers(there))[row + k] + operands(frame) * part


@cache
def counting() -> object:
    return jax.jit(lambda values: called(count_up, parts, [values.shape], values)[0])


def counted(values: jax.Array) -> np.ndarray:
    return np.asarray(counting()(values))  # type: ignore[operator]


def test_every_part_is_computed_once() -> None:
    values = jnp.asarray(np.random.default_rng(0).integers(100, size=(PARTS, 3)), jnp.float32)
    for _ in range(200):
        np.testing.assert_array_equal(counted(values), np.asarray(values) + np.arange(PARTS)[:, None])


def test_calls_may_run_side_by_side() -> None:
    tables = [jnp.full((PARTS, 5), float(k)) for k in range(40)]
    with ThreadPoolExecutor(4) as pool:
        for k, found in enumerate(pool.map(counted, tables)):
            np.testing.assert_array_equal(found, np.arange(PARTS)[:, None] + np.full((1, 5), float(k)))


def test_a_kernel_may_stand_in_a_loop_and_under_vmap() -> None:
    def twice(values: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, 2, lambda _, each: called(count_up, parts, [each.shape], each)[0], values)

    values = jnp.zeros((3, PARTS, 2))
    np.testing.assert_array_equal(jax.jit(jax.vmap(twice))(values), np.tile(2 * np.arange(PARTS)[:, None], (3, 1, 2)))


def test_kernels_are_for_single_precision_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert usable(jnp.zeros(3), jnp.ones((2, 2)))
    assert not usable(jnp.zeros(3), jnp.zeros(3, jnp.int32))
    assert not usable(jnp.zeros(3, jnp.float16))
    assert not usable(jnp.zeros((0, 3)))
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert not usable(jnp.zeros(3))


PROGRAM = """
import sys, numpy as np, jax
from hypernets.convolution import convolve, pool
from hypernets.perceptron import perceptron
from hypernets.recurrent import HyperLstm, unroll
images, kernel, *weights = (
    jax.random.normal(jax.random.key(len(shape)), shape) for shape in ((37, 14, 14, 16), (5, 5, 16, 32), (37, 32, 9), (37, 9))
)
def outputs(images, kernel, *weights):
    return jax.vmap(perceptron)(pool(convolve(images, kernel)).reshape(37, 49, 32), *weights)
found, back = jax.vjp(jax.jit(outputs), images, kernel, *weights)
cell = HyperLstm(5, 20, 6, 8, layer_norm=True)
watched = cell.initial(jax.random.key(0))
values = jax.random.normal(jax.random.key(1), (6, 30, 5))
states, turn = jax.vjp(lambda state: unroll(cell, cell.prepare(watched), state, values), jax.numpy.zeros((30, cell.memory)))
arrays = found, *back(found), *states, *turn(states)
sys.stdout.buffer.write(b"".join(np.asarray(array).tobytes() for array in arrays))
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot keep a process on one core")
def test_nothing_is_compiled_for_an_address() -> None:
    """It differs in every process, and what is compiled for it would never be found again."""
    counted(jnp.ones((PARTS, 1)))
    assert opened.signatures
    assert {str(helper) for _, _, helper in opened.signatures} == {"int64"}


def test_one_thread_computes_the_same_bits_as_several() -> None:
    one = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    answers = [
        subprocess.run([sys.executable, "-c", begin + PROGRAM], capture_output=True, check=True).stdout for begin in ("", one)
    ]
    numbers = 37 * (49 * 9 + 14 * 14 * 16 + 32 * 9 + 9) + 5 * 5 * 16 * 32 + 30 * (2 * 52 + 6 * 20)
    assert len(answers[0]) == 4 * numbers
    assert answers[0] == answers[1]
