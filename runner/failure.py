"""Errors that a user can act on, as one or two lines and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from functools import wraps
from traceback import print_exc
from typing import ParamSpec

import typer

from neatcore.errors import InputError, TaskError

NOT_SOLVED, BAD_INPUT, TASK_FAILED, SYSTEM_FAILED, INTERRUPTED = 1, 2, 3, 4, 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
P = ParamSpec("P")

shown = {"traceback": False}


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose errors are told on stderr and become exit codes. Anything unforeseen keeps its traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            raise  # whoever read the output has gone; typer ends quietly
        except (InputError, TaskError, OSError, KeyboardInterrupt) as error:
            if shown["traceback"]:
                print_exc()
            tell(error)
            raise typer.Exit(exit_code(error)) from error

    return run


def exit_code(error: BaseException) -> int:
    match error:
        case KeyboardInterrupt():
            return INTERRUPTED
        case InputError():
            return BAD_INPUT
        case TaskError():
            return TASK_FAILED
        case FileNotFoundError() | NotADirectoryError() | IsADirectoryError() | FileExistsError():
            return BAD_INPUT
    return SYSTEM_FAILED


def tell(error: BaseException) -> None:
    """The error and the way out, on stderr."""
    lines = [f"error: {message(error)}", *getattr(error, "__notes__", ())]
    print("\n".join(lines), file=sys.stderr, flush=True)


def message(error: BaseException) -> str:
    match error:
        case KeyboardInterrupt():
            return "stopped at once"
        case OSError(errno=int(number)):
            where = f": {error.filename}" if error.filename else ""
            return f"{error.strerror}{where}" + ("; free some space first" if number in FULL else "")
    return str(error)
