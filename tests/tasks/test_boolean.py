"""XOR and parity, by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from neatcore.interfaces import Floats, Ints, Policy, State
from tasks.boolean import Parity, Xor, patterns
from tests.tasks.policies import Leaky, Linear

RNG = np.random.default_rng


@dataclass(frozen=True)
class Exact:
    """Networks that answer a smooth parity, Π over (1 - 2x); each errs by its own amount."""

    errors: Floats
    inputs: int
    outputs: int = 1

    @property
    def size(self) -> int:
        return len(self.errors)

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        parity = 0.5 - 0.5 * np.prod(1 - 2 * inputs, axis=-1)
        return state, (parity + self.errors[:, None] * np.sign(0.5 - parity))[..., None]

    def take(self, rows: Ints, /) -> Policy:
        return Exact(self.errors[rows], self.inputs)


def test_xor_fitness_by_hand() -> None:
    evaluation = Xor().evaluate(Exact(np.array([0.0, 0.1, 0.49, 0.5, 1.0]), 2), RNG(0))
    assert evaluation.fitness == pytest.approx([16.0, 3.6**2, 2.04**2, 4.0, 0.0])
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, True, True, False, False]


def test_what_a_network_did_are_its_answers() -> None:
    evaluation = Xor().evaluate(Linear(np.array([[[0.3, 0.1, 0.0]]])), RNG(0))
    assert evaluation.behaviour is not None
    assert evaluation.behaviour[0] == pytest.approx([0.5, 0.6, 0.8, 0.9])
    assert evaluation.fitness[0] == pytest.approx((4 - 0.5 - 0.4 - 0.2 - 0.9) ** 2)


@pytest.mark.parametrize("bits", range(2, 11))
def test_parity_of_all_patterns(bits: int) -> None:
    inputs, targets = patterns(bits)
    assert inputs.shape == (2**bits, bits)
    assert [bin(row).count("1") % 2 for row in range(2**bits)] == targets[:, 0].tolist()
    evaluation = Parity(bits=bits).evaluate(Exact(np.array([0.0, 0.25]), bits), RNG(0))
    assert evaluation.fitness == pytest.approx([4.0**bits, (0.75 * 2**bits) ** 2])


def test_patterns_are_held_for_steps_and_never_mix() -> None:
    """A memory that halves: after n steps it holds 2 - 2^(1 - n) times what it was shown."""
    leaky = Leaky(np.array([[[0.1, 0.0, 0.0]]]))
    for steps in (1, 2, 5):
        evaluation = Xor(steps=steps).evaluate(leaky, RNG(0))
        reached = 0.5 + 0.1 * (2 - 2.0 ** (1 - steps))
        assert evaluation.behaviour is not None
        assert evaluation.behaviour[0] == pytest.approx([0.5, 0.5, reached, reached])


def test_answers_carry_the_surface_of_the_first_network() -> None:
    answers = Xor().show(Linear(np.array([[[0.4, 0.1, -0.3]], [[0, 0, 0]]])), RNG(0))
    assert answers.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert answers.targets[:, 0].tolist() == [0, 1, 1, 0]
    assert answers.outputs[:, 0] == pytest.approx([0.2, 0.3, 0.6, 0.7])
    assert answers.surface is not None
    assert answers.surface.shape == (65, 65)
    corners = answers.surface[[0, 64, 0, 64], [0, 0, 64, 64]]  # row: second input, column: first
    assert corners == pytest.approx(answers.outputs[:, 0])
    assert answers.surface[32, 32] == pytest.approx(0.45)


def test_only_two_inputs_have_a_surface() -> None:
    assert Parity(bits=3).show(Exact(np.zeros(1), 3), RNG(0)).surface is None
    assert Parity(bits=2).show(Exact(np.zeros(1), 2), RNG(0)).surface is not None
