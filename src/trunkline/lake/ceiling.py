"""A ceiling over the memory of the process while DuckDB works, which its own limit is not.

DuckDB counts the blocks that it keeps, and not what one call of a function makes:
``printf('%2000000000d', 1)`` takes 4 GB under ``memory_limit = '200MB'``. Below a ceiling the
system refuses the memory, DuckDB's allocation fails, and the query ends with an error while the
process lives on. On Linux; other systems have no limit that counts this.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from trunkline.config import memory_bytes

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

FOLLOWED_EVERY = 0.05  # seconds
LEAST = 512_000_000  # for what else the process does meanwhile
_STATUS = Path("/proc/self/status")


@dataclass(slots=True)
class _Claims:
    """What is under way in this process, and the limit it had before."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    bytes: int = 0
    before: int = 0
    standing: bool = False


_claims = _Claims()


@contextmanager
def standing(memory: int) -> Iterator[None]:
    """One ceiling over all that works meanwhile: so many bytes in use above what is by now.

    A ceiling for each that works would rise with whatever the others have taken. What the limit
    counts is what is mapped, and an allocator keeps that mapped which it gave back: so the limit
    follows what is in use, several times a second, and is as far above as there is left to take.
    """
    if resource is None or not _STATUS.exists():
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most, over = _status("RssAnon") + memory, threading.Event()

    def follow() -> None:
        while not over.is_set():
            left = max(0, most - _status("RssAnon"))
            with _claims.lock:
                resource.setrlimit(resource.RLIMIT_DATA, (_lower(soft, _taken() + left), hard))
            over.wait(FOLLOWED_EVERY)

    watching = threading.Thread(target=follow, name="trunkline-ceiling", daemon=True)
    with _claims.lock:
        _claims.standing = True
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        with _claims.lock:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
            _claims.standing = False


def start(thread: threading.Thread) -> None:
    """Start a thread with room for it, whatever the ceiling.

    One that finds no memory for its first step ends without a word, and who starts it waits for
    ever (``Thread.start`` waits for that step; CPython 3.11).
    """
    with room():
        thread.start()


@contextmanager
def room() -> Iterator[None]:
    """Room for threads that are started meanwhile, whatever the ceiling."""
    if resource is None:
        yield
        return
    with _claims.lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def ceiling(memory: str) -> Iterator[None]:
    """Let the process take ``memory`` (as ``query_memory`` is written) and as much again.

    Several at once add up. It is the process's, so what else runs in it meets it too.
    """
    if resource is None or not _STATUS.exists() or _claims.standing:
        yield
        return
    claim = memory_bytes(memory)
    _claim(claim)
    try:
        yield
    finally:
        _claim(-claim)


def _claim(change: int) -> None:
    with _claims.lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if not _claims.bytes:
            _claims.before = soft
        _claims.bytes += change
        wanted = _claims.before
        if _claims.bytes:
            wanted = _lower(wanted, _taken() + _claims.bytes + max(_claims.bytes, LEAST))
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _lower(one: int, other: int) -> int:
    return other if one == resource.RLIM_INFINITY else min(one, other)


def _taken() -> int:
    """What the limit counts: memory that the process could write to and shares with nobody."""
    return _status("VmData")


def _status(name: str) -> int:
    """A figure of the process, in bytes."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0
