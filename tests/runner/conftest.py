from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for runs: of each test its own, and the current folder too."""
    root = tmp_path / "runs"
    monkeypatch.setenv("NEATCORE_RUNS", str(root))
    monkeypatch.chdir(tmp_path)
    return root
