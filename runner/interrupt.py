"""Stopping politely: the first Ctrl-C ends the run after the generation, the second at once."""

from __future__ import annotations

import signal
import sys
from _thread import interrupt_main
from collections.abc import Callable
from threading import Timer
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """While it is entered, `asked` says whether SIGINT or SIGTERM came; another one raises KeyboardInterrupt."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self.asked = False
        self._notice = notice
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._first) for number in SIGNALS}
        self._hook, sys.unraisablehook = sys.unraisablehook, self._lost
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        sys.unraisablehook = self._hook

    def _lost(self, found: Any, /) -> None:
        """An interrupt that came where no error gets out, such as while garbage is collected, comes again a little later."""
        if isinstance(found.exc_value, KeyboardInterrupt):
            Timer(0.05, interrupt_main).start()
        else:
            self._hook(found)

    def _first(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        for each in SIGNALS:
            signal.signal(each, signal.default_int_handler)
        self._notice("finishing this generation; once more stops at once")
