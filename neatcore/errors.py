"""Errors that a user can act on: they name the culprit, where it stands and the nearest valid choice."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Bad input: a value, a file or a name that cannot be used. The message is one or two lines."""


class InputTypeError(InputError, TypeError):
    """Bad input of the wrong type."""


class DivergenceError(InputError):
    """Training has come to numbers that are not finite."""


class StepError(ValueError):
    """A task asked networks with inputs, or a state, of a wrong shape."""


class TaskError(Exception):
    """A task raised, or returned something that is no evaluation."""


def require(condition: object, message: str) -> None:
    """Raise InputError with `message` unless `condition` holds."""
    if not condition:
        raise InputError(message)


def unknown(what: str, name: str, choices: Iterable[str]) -> InputError:
    """The error for a `name` that is none of `choices`; it names the nearest one, or all where there are few."""
    choices = sorted(choices)
    near = get_close_matches(name, choices, n=1, cutoff=0.5)
    if near:
        return InputError(f"unknown {what} {name!r}; did you mean {near[0]!r}?")
    listed = ", ".join(choices[:12]) + (", …" if len(choices) > 12 else "")
    return InputError(f"unknown {what} {name!r}; choose from: {listed}")
