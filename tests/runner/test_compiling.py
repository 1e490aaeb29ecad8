from __future__ import annotations

from importlib import import_module

from runner.compiling import announced


def test_compiling_is_told_once_and_only_while_one_listens() -> None:
    events, heard = import_module("numba.core.event"), []
    with announced(lambda: heard.append("compiling")):
        assert heard == []
        for _ in range(3):
            with events.trigger_event("numba:compile"):
                pass
        assert heard == ["compiling"]
    with events.trigger_event("numba:compile"):
        pass
    assert heard == ["compiling"]
