"""How much memory a server's queries may use: all together, and each; see design/0048."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from trunkline.config import memory_bytes

LEAST_EACH = 64_000_000
OVERHEAD = 1_000_000_000  # for pages that land, and what else the process does
_GROUP = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Share:
    """``each`` is what one query may use, as the setting is written; ``ceiling`` in bytes."""

    each: str
    ceiling: int


def shares(total: str | None, queries: int, most: str) -> Share:
    """So that all queries at once fit ``total``, which by default is half of what there is.

    As much again is left to Arrow and to what is sent. ConfigError where ``total`` is no size.
    """
    whole = memory_bytes(total, "--memory") if total else _there() // 2
    each = max(LEAST_EACH, min(memory_bytes(most), whole // queries))
    together = each * queries
    return Share(f"{each // 1_000_000}MB", together + max(together, OVERHEAD))


def _there() -> int:
    """The memory of the machine, or of the container that this runs in."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _GROUP.read_text().strip() if _GROUP.exists() else ""
    return min(found, int(limit)) if limit.isdigit() else found
