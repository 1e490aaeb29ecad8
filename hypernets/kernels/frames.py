"""What XLA hands to a function that it calls: its call frame, of the C interface in jaxlib's `xla/ffi/api/c_api.h`, version 0.

Numbers are where fields of C's structures stand, in bytes.
"""

from __future__ import annotations

from hypernets.kernels.memory import allocate, call, place, release, word
from neatcore.compiled import kernel

MINOR = 1  # of version 0: what is used here has been there since
EXECUTE = 3  # the stage in which a frame has operands and results


@kernel
def ready(frame: int) -> bool:
    """Whether the frame is to be computed; a question for the version of the interface is answered on the spot."""
    extension = word(frame + 8)
    if extension != 0 and word(extension + 8) & 0xFFFFFFFF == 1:
        about = word(extension + 24)
        place(about + 8, 24)
        place(about + 16, 0)
        place(about + 24, MINOR << 32)
        place(about + 32, 0)
        return False
    return word(frame + 32) & 0xFFFFFFFF == EXECUTE


@kernel
def operand(frame: int, index: int) -> int:
    """The buffer of what the function reads."""
    return word(word(frame + 72) + 8 * index)


@kernel
def operands(frame: int) -> int:
    """How many buffers it reads."""
    return word(frame + 56)


@kernel
def result(frame: int, index: int) -> int:
    """The buffer that it fills."""
    return word(word(frame + 112) + 8 * index)


@kernel
def results(frame: int) -> int:
    """How many buffers it fills."""
    return word(frame + 96)


@kernel
def numbers(buffer: int) -> int:
    """Where the first number stands."""
    return word(buffer + 24)


@kernel
def length(buffer: int, axis: int) -> int:
    """Of an axis."""
    return word(word(buffer + 40) + 8 * axis)


# --- XLA's threads ------------------------------------------------------------------------------------------------------


@kernel
def threads(frame: int) -> int:
    """How many threads XLA has; 1 where it does not tell."""
    interface = word(frame + 16)
    if word(interface) < 152:
        return 1
    arguments = allocate(40)
    told = arguments + 32
    place(arguments, 32)
    place(arguments + 8, 0)
    place(arguments + 16, word(frame + 24))
    place(arguments + 24, told)
    failed = call(word(interface + 144), arguments)
    found = 1 if failed else word(told)
    release(arguments)
    return found


@kernel
def schedule(frame: int, function: int, argument: int) -> bool:
    """Have one of the threads call a function; whether it will."""
    arguments = allocate(40)
    place(arguments, 40)
    place(arguments + 8, 0)
    place(arguments + 16, word(frame + 24))
    place(arguments + 24, function)
    place(arguments + 32, argument)
    failed = call(word(word(frame + 16) + 136), arguments)
    release(arguments)
    return failed == 0
