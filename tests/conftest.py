"""Shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from neatcore import activations

# Tests compile much and compute little: XLA need not look for the fastest program, which halves what the gradient side takes.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data that $NEATCORE_DATA names; tests that measure on such data skip without it."""
    folder = os.environ.get("NEATCORE_DATA")
    if not folder:
        pytest.skip("set NEATCORE_DATA to a folder of public data to run this test")
    return Path(folder)


@pytest.fixture
def registering() -> Iterator[None]:
    """Activations that the test registers are forgotten after it."""
    codes = dict(activations._CODES)
    yield
    del activations.NAMES[activations.BUILT_IN :]
    activations.OWN.clear()
    activations._CODES.clear()
    activations._CODES.update(codes)
