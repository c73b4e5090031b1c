"""Processes that try seeds: all are replaced in time, and none hears a Ctrl-C that is not its.

The executor's own ``max_tasks_per_child`` stops for ever once as many tasks are done: a process
that ends is not replaced where more results were told than tasks given since (CPython 3.11).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import TypeVar

from tests.chaos.families import Life, lived
from tests.chaos.trial import Verdict

APIECE = 200  # seeds of one process: what it keeps of the provider's truth grows
One = TypeVar("One")
Other = TypeVar("Other")


@dataclass(slots=True)
class Workers:
    """So many processes; ``room`` is how much they are still given before others take over."""

    count: int
    apiece: int = APIECE
    room: int = 0
    running: ProcessPoolExecutor | None = field(default=None, repr=False)

    def map(self, work: Callable[[One], Other], items: Iterable[One]) -> Iterator[Other]:
        """What the work comes to of each, in order."""
        left = list(items)
        while left:
            running = self.running
            if running is None or not self.room:
                self.end()
                running = self._begun()
            now, left = left[: self.room], left[self.room :]
            self.room -= len(now)
            yield from running.map(work, now)

    def end(self) -> None:
        """What has not begun is not begun any more."""
        if self.running:
            self.running.shutdown(cancel_futures=True)

    def _begun(self) -> ProcessPoolExecutor:
        self.room = self.apiece * self.count
        made = ProcessPoolExecutor(self.count, get_context("spawn"), initializer=_deaf)
        self.running = made
        return made


@contextmanager
def pool(workers: int | None, apiece: int = APIECE) -> Iterator[Workers]:
    """Workers; what has not begun when the block is left is not begun any more."""
    made = Workers(workers or os.cpu_count() or 1, apiece)
    try:
        yield made
    finally:
        made.end()


def run_life(life: Life) -> tuple[str, Verdict]:
    """One story in a directory of its own, with its family; without its tale, which is long."""
    return life[0], replace(lived(life), tale="")


def _deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
