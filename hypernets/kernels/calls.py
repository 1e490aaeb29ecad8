"""Kernels as functions of JAX: compiled for the size of their tiles, and known to XLA by a name."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from numba import cfunc, types

from hypernets.kernels.frames import ready
from hypernets.kernels.jobs import done, finish, frame_of, leave, opened, taken
from hypernets.kernels.memory import Size

Shapes = Sequence[tuple[int, ...]]
SIGNATURE = types.int64(types.int64)


def usable(*arrays: jax.Array) -> bool:
    """Whether kernels can compute with these: on the CPU, in single precision."""
    return jax.default_backend() == "cpu" and all(array.dtype == jnp.float32 and array.size for array in arrays)


def called(work: Any, parts: Any, shapes: Shapes, *operands: jax.Array, sizes: tuple[int, ...] = ()) -> tuple[jax.Array, ...]:
    """What a kernel makes of its operands: results of these shapes.

    work: compiled, (frame, part, *sizes), fills a part of the results. parts: compiled, of a frame, how many there are. sizes: what
    is known when it is compiled. Under `vmap` it is called once for each.
    """
    results = tuple(jax.ShapeDtypeStruct(shape, jnp.float32) for shape in shapes)  # type: ignore[no-untyped-call]
    name, *_ = _registered(work, parts, sizes)
    return tuple(jax.ffi.ffi_call(name, results, vmap_method="sequential")(*operands))


@cache  # also keeps the compiled code alive
def _registered(work: Any, parts: Any, sizes: tuple[int, ...]) -> tuple[str, Any, Any]:
    """The name by which XLA knows a kernel, and the kernel."""
    name = ".".join((work.__module__, work.__name__, *map(str, sizes)))
    handle, helper = _compiled(work, parts, tuple((0,) * size for size in sizes))
    jax.ffi.register_ffi_target(name, _capsule(handle.address), platform="cpu")
    return name, handle, helper


def _compiled(work: Any, parts: Any, sizes: tuple[Size, ...]) -> tuple[Any, Any]:
    """What XLA calls, and what its other threads call to help."""

    def help_with(job: int) -> int:
        part = taken(job)
        while part >= 0:
            work(frame_of(job), part, *sizes)
            done(job)
            part = taken(job)
        leave(job)
        return 0

    helper = cfunc(SIGNATURE)(help_with)
    address: Any = helper.address

    def handle(frame: int) -> int:
        if ready(frame):
            job = opened(frame, parts(frame), address + 0 * frame)  # a constant would be compiled anew in every process
            part = taken(job)
            while part >= 0:
                work(frame, part, *sizes)
                done(job)
                part = taken(job)
            finish(job)
            leave(job)
        return 0

    return cfunc(SIGNATURE)(handle), helper


def _capsule(address: int) -> Any:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(address, None, None)
