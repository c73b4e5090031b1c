"""What changes while the simulator runs, and nothing else: tokens, jobs, windows, the log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trunkline_simulator.messages import LogEntry
from trunkline_simulator.settings import Client, JobFault, JobPayload


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was issued."""

    value: str
    client: Client
    expires: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """A minute of requests of one token: it opens with the first of them."""

    opened: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Job:
    """A job that was submitted: what it asks, of which lake, and what will go wrong with it."""

    job_id: str
    client: Client
    query: dict[str, Any]
    submitted: datetime
    lake_date: datetime
    fault: JobFault | None = None
    payload: JobPayload = "conversations"
    cancelled: datetime | None = None


@dataclass(slots=True)
class State:
    """The simulator's memory. The log keeps method, path and status: no body, no secret.

    ``met`` counts the faults that somebody met, by kind. ``cursors`` are how long each is good.
    """

    tokens: dict[str, Token] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    selections: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    cursors: dict[str, datetime] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
