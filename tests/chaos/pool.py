"""Processes that try seeds: each is replaced in time, and none hears a Ctrl-C that is not its."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context

from tests.chaos.drawing import drawn
from tests.chaos.places import somewhere
from tests.chaos.trial import Verdict, tried

APIECE = 200  # seeds of one process: what it keeps of the provider's truth grows


@contextmanager
def pool(workers: int | None) -> Iterator[ProcessPoolExecutor]:
    """Workers; what has not begun when the block is left is not begun any more."""
    made = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_deaf, max_tasks_per_child=APIECE
    )
    try:
        yield made
    finally:
        made.shutdown(cancel_futures=True)


def run_seed(seed: int) -> Verdict:
    """One seed in a directory of its own; without its tale, which is long."""
    with somewhere() as home:
        return replace(tried(drawn(seed), home), tale="")


def _deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
