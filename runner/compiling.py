"""Telling that kernels are being compiled: on the first run it takes seconds, and nothing else would be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def announced(notice: Callable[[], None]) -> Iterator[None]:
    """Call `notice` when the first kernel is compiled, and never where all of them come from the cache."""
    # numba is heard here, not used: kernels stay in kernels.py
    events = import_module("numba.core.event")
    heard: list[object] = []

    def on_start(_listener: object, event: object) -> None:
        if not heard:
            notice()
        heard.append(event)

    def on_end(_listener: object, _event: object) -> None:
        """Of no interest."""

    listener = type("Listener", (events.Listener,), {"on_start": on_start, "on_end": on_end})()
    events.register("numba:compile", listener)
    try:
        yield
    finally:
        events.unregister("numba:compile", listener)
