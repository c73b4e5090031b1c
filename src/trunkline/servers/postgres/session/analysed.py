"""A statement that was read: its command, and the query within it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Analysed:
    """What is kept of a statement that was prepared; ``command`` is one of ``sql.Command``."""

    command: Any
    question: Any = None  # a Question, where it has a query
