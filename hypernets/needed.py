"""Whether the packages of the extra are there."""

from __future__ import annotations

from importlib.util import find_spec

from neatcore.errors import InputError


def needed() -> None:
    """InputError with what to install where JAX, optax or Equinox is missing."""
    missing = [name for name in ("jax", "optax", "equinox") if find_spec(name) is None]
    if missing:
        raise InputError(f'this needs {" and ".join(missing)}: pip install "neatcore[hypernets]"')
