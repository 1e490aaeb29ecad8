"""Pools of worker processes that die with the process that started them, and leave Ctrl-C to it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from neatcore.errors import TaskError


@contextmanager
def processes(workers: int, prepare: Callable[..., None] | None = None, *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """So many spawned processes, each having called `prepare`; at an error they are killed, whatever they do."""
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (prepare, arguments))
    before = set(multiprocessing.active_children())
    try:
        _spawn_all(executor, workers)
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.kill()
        raise
    executor.shutdown()


def _spawn_all(executor: ProcessPoolExecutor, workers: int) -> None:
    """Start every process while SIGINT is ignored, which they inherit until they are a session of their own."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ready = [executor.submit(os.getpid) for _ in range(workers)]
    finally:
        signal.signal(signal.SIGINT, handler)
    try:
        for future in ready:
            future.result()
    except BrokenExecutor as error:
        raise TaskError(f"the worker processes did not start: {error}") from error


def _begin(prepare: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    os.setsid()  # Ctrl-C on the terminal is for the process that started this one
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    if prepare:
        prepare(*arguments)


def _follow_parent() -> None:
    """End with the parent: a killed one cannot say goodbye, and a worker would wait for it forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
