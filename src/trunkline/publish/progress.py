"""What is told while days are published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """A day has been dealt with: the how manieth of those with work, and the rows written of it.

    ``listed`` is the whole list that it was and no day.
    """

    schema: str
    day: date
    done: int
    total: int
    rows: int
    listed: str = ""


Observe = Callable[[Day], None]
