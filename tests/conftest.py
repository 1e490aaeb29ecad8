"""Shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data that $NEATCORE_DATA names; tests that measure on such data skip without it."""
    folder = os.environ.get("NEATCORE_DATA")
    if not folder:
        pytest.skip("set NEATCORE_DATA to a folder of public data to run this test")
    return Path(folder)
