"""How much memory there is, so that what does not fit is refused before it is made."""

from __future__ import annotations

import os
import re
from pathlib import Path

ABOUT = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")


def available() -> int:
    """Bytes that can still be had: what Linux says is available, within the limit of a container; elsewhere all that there is."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    told = re.search(r"^MemAvailable: *(\d+) kB$", _text(ABOUT), re.MULTILINE)
    if told:
        found.append(1024 * int(told[1]))
    limit, used = (_text(GROUP / name).strip() for name in ("memory.max", "memory.current"))
    if limit.isdigit() and used.isdigit():
        found.append(max(0, int(limit) - int(used)))
    return min(found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
