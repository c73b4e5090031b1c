"""What a process holds: memory, threads, open files, files it has left in a folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """Of one process, at one time; memory in megabytes."""

    megabytes: float
    threads: int
    open_files: int
    left: int


def measured(pid: int, folder: Path) -> Vitals:
    """What it holds now; ``folder`` is its place for temporary files."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return Vitals(
        megabytes=int(status["VmRSS"].split()[0]) / 1024,
        threads=int(status["Threads"]),
        open_files=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        left=sum(1 for _ in folder.rglob("*")),
    )


def settled(pid: int, folder: Path, enough: Callable[[Vitals], bool]) -> Vitals:
    """Wait until it holds no more than enough, or patience ends; gives what it holds then."""
    end = time.monotonic() + PATIENCE
    while not enough(found := measured(pid, folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return found
