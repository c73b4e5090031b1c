"""Memory that is taken again and again is not had from the system each time."""

from __future__ import annotations

import mmap
import platform
import subprocess
import sys

import pytest

from trunkline.servers.allocator import keep_freed

TIMES = 50
AGAIN = f"""
import resource, threading
import numpy as np
from trunkline.servers.allocator import keep_freed

def taken():
    for _ in range({TIMES}):
        parts = [np.ones(1 << 20, np.uint8) for _ in range(8)]
        del parts

def faults():
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    taken()
    print(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)

{{first}}
thread = threading.Thread(target=lambda: (taken(), faults()))
thread.start()
thread.join()
"""
PAGES = 8 * (1 << 20) // mmap.PAGESIZE  # of what is taken at once


def _faults(first: str) -> int:
    words = [sys.executable, "-c", AGAIN.format(first=first)]
    return int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc's to keep memory")
def test_what_a_thread_lets_go_of_is_there_when_it_takes_as_much_again() -> None:
    assert _faults("keep_freed()") < PAGES < _faults("")


def test_it_may_be_asked_for_again() -> None:
    keep_freed()
    keep_freed()
