"""From answers to weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from substrates.expression import LinkExpression, Single, Threshold
from tests.substrates import oracles

ANSWERS = st.floats(-2, 2, width=32)


def weight(answer: float, rule: Threshold | LinkExpression, gate: float | None = None) -> float:
    gates = None if gate is None else one(gate)
    return float(rule.weights(one(answer), gates)[0, 0, 0])


def one(value: float) -> Single:
    return np.full((1, 1, 1), value, np.float32)


@settings(deadline=None)
@given(ANSWERS)
def test_the_threshold_rule_is_the_paper_s_formula(answer: float) -> None:
    assert weight(answer, Threshold()) == pytest.approx(oracles.threshold(answer), abs=2e-6)
    assert weight(-answer, Threshold()) == -weight(answer, Threshold())


@settings(deadline=None)
@given(ANSWERS, ANSWERS)
def test_weights_rise_with_answers(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert weight(low, Threshold()) <= weight(high, Threshold())


def test_landmarks_of_the_threshold_rule() -> None:
    rule = Threshold()
    assert [weight(answer, rule) for answer in (0.0, 0.1, 0.2, -0.2, float(np.float32(0.2)))] == [0.0] * 5
    assert [weight(answer, rule) for answer in (1.0, -1.0, 7.0, -7.0)] == [3.0, -3.0, 3.0, -3.0]
    assert weight(0.6, rule) == pytest.approx(1.5, abs=1e-6)
    assert weight(float("nan"), rule) == 0.0
    assert weight(0.5, Threshold(threshold=0.0, reach=2.0)) == 1.0


@settings(deadline=None)
@given(ANSWERS, ANSWERS)
def test_a_gate_decides_and_the_answer_weighs(answer: float, gate: float) -> None:
    wanted = 3 * min(max(answer, -1), 1) if gate > 0 else 0.0
    assert weight(answer, LinkExpression(), gate) == pytest.approx(wanted, abs=1e-6)
    assert weight(answer, LinkExpression()) == pytest.approx(3 * min(max(answer, -1), 1), abs=1e-6)


def test_shapes_are_kept() -> None:
    answers = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    wanted = np.vectorize(oracles.threshold)(answers)
    np.testing.assert_allclose(Threshold().weights(answers.copy(), None), wanted, atol=1e-6)
    gated = LinkExpression().weights(answers.copy(), -answers)
    assert np.array_equal(gated != 0, answers < 0)
