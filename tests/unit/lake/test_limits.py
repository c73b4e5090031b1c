"""What a query may use, whatever one call of a function does; and that the process lives on.

In a process of its own, since its peak of memory is measured and what is given up runs on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "fixtures" / "gate" / "limits.txt"
SAID = {
    "memory": ("needs more memory than 200MB", "ran longer than 10 s"),
    "time": ("ran longer than 1 s",),
    "rows": ("has more than 100,000 rows",),
}
# Bytes: the ceiling is 0.7 GB above what the process has when a question begins, and what malloc
# keeps of one question is there when the next begins. Without it, single ones took 4 to 20 GB.
PEAK = 2_500_000_000

# The peak is of all questions; the last one must be answered although others were given up.
ASKING = """
import os, resource, sys
from tests.unit.lake.asking import ask
from trunkline.errors import LimitExceeded
from trunkline.lake.locked import Limits
limits = Limits(memory="200MB", seconds=float(sys.argv[1]), rows=100_000)
for sql in sys.argv[2:]:
    try:
        print("answered", ask(sql, limits=limits)[:1])
    except LimitExceeded as error:
        print(error.message)
print(ask("SELECT 42 AS n", limits=limits)[0]["n"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
os._exit(0)
"""


def sections() -> Iterator[tuple[str, tuple[str, ...]]]:
    for block in FILE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, *lines = block.splitlines()
        yield heading, tuple(line for line in lines if line)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what the ceiling counts")
@pytest.mark.parametrize(("what", "texts"), [*sections()])
def test_every_text_ends_at_a_limit_and_the_process_lives(
    what: str, texts: tuple[str, ...]
) -> None:
    seconds = "1" if what.startswith("time") else "10"
    command = [sys.executable, "-c", ASKING, seconds, *texts]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    *said, answered, peak = done.stdout.splitlines()
    expected = SAID[what.partition(":")[0]]
    assert len(said) == len(texts)
    assert [line for line in said if not any(one in line for one in expected)] == []
    assert answered == "42"
    assert int(peak) < PEAK
