"""Keys of an encoding that only one kind of its target networks has."""

from __future__ import annotations

from neatcore.errors import InputError
from neatcore.parameters import Parameters


def check_idle(config: Parameters, kind: str, **only: str) -> None:
    """InputError where a key has a value though it is only of another kind of `target`: key=kind."""
    for key, target in only.items():
        value = getattr(config, key)
        if kind != target and value != type(config).model_fields[key].default:
            raise InputError(f"{key}={value} is of target={target}; this network's target is {kind}")
