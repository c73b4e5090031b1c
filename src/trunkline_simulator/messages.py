"""Requests and answers as values: what the simulator's core reads and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class SimRequest:
    """One HTTP request; ``path`` has the query, header names are in any case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, whatever the case of its name; empty where there is none."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")

    @property
    def bare_path(self) -> str:
        """The path without the query."""
        return urlsplit(self.path).path

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's values by name."""
        return parse_qs(urlsplit(self.path).query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class SimResponse:
    """One HTTP answer.

    ``delay`` is the seconds to wait before it is sent. ``fault`` "reset" means that the connection
    closes without an answer, "truncate" that it closes in the middle of ``body``.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    fault: Literal["reset", "truncate"] | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the request log: no body, no query, no header."""

    method: str
    path: str
    status: int
