"""How a bug is planted: at a seam of every process of a world.

What crosses the network or enters a database is changed there, as code with the bug would have
changed it. Nothing of the code itself is touched.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import msgspec

from tests.chaos.process import Process
from tests.chaos.world import Plant
from trunkline.engine.seams import Seams
from trunkline.http.message import Request, Response, Transport

Values = dict[str, Any]
Rewrite = Callable[[str, Values], tuple[str, Values] | None]
"""A statement and its values as the bug has them; None where it forgets to run it."""


@dataclass(frozen=True, slots=True)
class _Transport:
    """A transport that changes what passes."""

    inner: Transport
    asked: Callable[[Request], Request]
    answered: Callable[[Request, Response], Response]

    async def send(self, request: Request, timeout: float) -> Response:
        return self.answered(request, await self.inner.send(self.asked(request), timeout))

    async def close(self) -> None:
        await self.inner.close()


def of_each_world(made: Callable[[], Plant]) -> Plant:
    """A bug that remembers: what one world told it, it does not know in another."""
    of: dict[Path, Plant] = {}

    def plant(seams: Seams, process: Process) -> Seams:
        if process.home not in of:
            of[process.home] = made()
        return of[process.home](seams, process)

    return plant


def _same(request: Request) -> Request:
    return request


def answers(change: Callable[[Request, Response], Response]) -> Plant:
    """A bug in how answers are read."""

    def plant(seams: Seams, _: Process) -> Seams:
        return replace(seams, transport=lambda: _Transport(seams.transport(), _same, change))

    return plant


def requests(change: Callable[[Request], Request]) -> Plant:
    """A bug in what is asked."""

    def plant(seams: Seams, _: Process) -> Seams:
        return replace(
            seams, transport=lambda: _Transport(seams.transport(), change, lambda _, answer: answer)
        )

    return plant


class _Connection:
    """SQLite's connection, with statements changed on the way."""

    def __init__(self, inner: sqlite3.Connection, rewrite: Rewrite) -> None:
        self.__dict__.update(inner=inner, rewrite=rewrite)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["inner"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["inner"], name, value)

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        inner: sqlite3.Connection = self.__dict__["inner"]
        changed = self.__dict__["rewrite"](" ".join(sql.split()), dict(values or {}))
        if changed is None:
            return inner.execute("SELECT 1 WHERE 0")
        return inner.execute(sql if changed[0] == " ".join(sql.split()) else changed[0], changed[1])


def statements(rewrite: Rewrite) -> Plant:
    """A bug in what is written down."""

    def plant(seams: Seams, _: Process) -> Seams:
        def connect(path: Path) -> sqlite3.Connection:
            return cast("sqlite3.Connection", _Connection(seams.connect(path), rewrite))

        return replace(seams, connect=connect)

    return plant


def forgets(pattern: str, **where: object) -> Plant:
    """A bug that leaves a statement out, where its values are these."""
    wanted = re.compile(pattern)

    def rewrite(sql: str, values: Values) -> tuple[str, Values] | None:
        if wanted.search(sql) and where.items() <= values.items():
            return None
        return sql, values

    return statements(rewrite)


def mistakes(pattern: str, change: Callable[[Values], Values]) -> Plant:
    """A bug that writes other values with a statement."""
    wanted = re.compile(pattern)
    return statements(
        lambda sql, values: (sql, {**values, **change(values)} if wanted.search(sql) else values)
    )


def _page(request: Request, answer: Response) -> dict[str, Any] | None:
    if "/results" not in request.url or answer.status != 200:
        return None
    try:
        found = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None


def pages(change: Callable[[dict[str, Any]], None]) -> Plant:
    """A bug in how pages of results are read."""

    def changed(request: Request, answer: Response) -> Response:
        page = _page(request, answer)
        if page is None:
            return answer
        change(page)
        return replace(answer, body=msgspec.json.encode(page))

    return answers(changed)
