"""What must be so before JAX is imported."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from neatcore.errors import InputError

CACHE = "JAX_COMPILATION_CACHE_DIR"


def ready() -> None:
    """InputError with what to install where a package is missing. Compiled functions are kept on disk for the next run."""
    missing = [name for name in ("jax", "optax", "equinox") if find_spec(name) is None]
    if missing:
        raise InputError(f'this needs {" and ".join(missing)}: pip install "neatcore[hypernets]"')
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    os.environ.setdefault(CACHE, str(caches / "neatcore" / "jax"))
