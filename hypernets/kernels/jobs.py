"""The parts of one kernel's work, computed by several threads.

A job is six words: the next part to be taken, parts that are done, holders of the job, parts in all, the call frame. Whoever is
free takes the next part, the caller too, so that none waits for a thread that has not begun; the last holder releases the job.
"""

from __future__ import annotations

from hypernets.kernels.frames import schedule, threads
from hypernets.kernels.memory import add, allocate, place, release, word
from neatcore.compiled import kernel

NEXT, DONE, HOLDERS, PARTS, FRAME, SIZE = 0, 8, 16, 24, 32, 40


@kernel
def opened(frame: int, parts: int, helper: int) -> int:
    """A new job. `helper`: the address of a function of a job, which other threads are to call."""
    job = allocate(SIZE)
    helpers = min(parts, threads(frame)) - 1 if parts > 1 else 0
    place(job + NEXT, 0)
    place(job + DONE, 0)
    place(job + HOLDERS, 1 + max(helpers, 0))
    place(job + PARTS, parts)
    place(job + FRAME, frame)
    for _ in range(helpers):
        if not schedule(frame, helper, job):
            add(job + HOLDERS, -1)
    return job


@kernel
def taken(job: int) -> int:
    """A part that nobody has taken yet; −1 where there is none."""
    part = add(job + NEXT, 1)
    return part if part < word(job + PARTS) else -1


@kernel
def frame_of(job: int) -> int:
    """There as long as parts are not done."""
    return word(job + FRAME)


@kernel
def done(job: int) -> None:
    """Of one part."""
    add(job + DONE, 1)


@kernel
def finish(job: int) -> None:
    """Wait for the parts that others have taken."""
    while add(job + DONE, 0) < word(job + PARTS):
        pass


@kernel
def leave(job: int) -> None:
    """Hold the job no longer."""
    if add(job + HOLDERS, -1) == 1:
        release(job)
