"""Stopping politely, where Python lets an interrupt through and where it does not."""

from __future__ import annotations

import signal
import sys
from time import sleep

import pytest

from runner.interrupt import Interrupt


def test_an_interrupt_that_is_lost_comes_again() -> None:
    """One that is raised where errors are only printed, as in a destructor."""

    class Collected:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    def work() -> None:
        with Interrupt(said.append):
            signal.raise_signal(signal.SIGINT)  # the first one only asks
            Collected()
            sleep(5)

    said: list[str] = []
    before = sys.unraisablehook
    with pytest.raises(KeyboardInterrupt):
        work()
    assert sys.unraisablehook is before
    assert said == ["finishing this generation; once more stops at once"]
