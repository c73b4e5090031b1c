"""The pages that the benchmarks read: the simulator's, gzip as the provider sends them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from trunkline_simulator import Shape, conversations_of

FIRST = date(2025, 3, 3)
PAGE = 1000  # conversations


def pages(number: int) -> Iterator[tuple[bytes, int]]:
    """The same pages at every call: each with the size of the JSON that is in it."""
    made = _conversations()
    for cursor in range(number):
        page = {"conversations": list(islice(made, PAGE)), "cursor": str(cursor)}
        body = json.dumps(page, separators=(",", ":"), ensure_ascii=False).encode()
        yield gzip.compress(body, 6), len(body)


def _conversations() -> Iterator[dict[str, object]]:
    day = FIRST
    while True:
        yield from conversations_of(Shape(per_day=PAGE), day)
        day += timedelta(days=1)
