"""Threads that are there before they are needed: none is started below a ceiling of memory.

An executor starts a thread when there is work for it. Below a ceiling (``ceiling.py``) that may
fail, and then it is the work of whoever happened to ask that is lost; or the thread ends before its
first step, and who started it waits for ever.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from trunkline.lake.ceiling import room


def crew(size: int, name: str) -> ThreadPoolExecutor:
    """An executor whose threads are all started."""
    made = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)
    met = Barrier(size + 1)  # a thread that waits for the others leaves them their own
    with room():
        for _ in range(size):
            made.submit(met.wait)
        met.wait()
    return made
