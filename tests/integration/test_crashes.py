"""Killed at any point, a run goes on where it was: the same jobs, exact tables, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import VirtualClock, inline, run
from tests.gateway import SMALL, MemoryTransport, Site, same_rows
from trunkline.engine import Options
from trunkline.http.message import Offload, Request, Response

TWO_MONTHS = "conversation_start >= '2025-01-20' AND conversation_start < '2025-02-12'"
QUESTION = f"SELECT * FROM conversations WHERE {TWO_MONTHS}"
FIRST, LAST = date(2025, 1, 20), date(2025, 2, 11)
PAGES = replace(SMALL, page_rows=25)


class Killed(BaseException):
    """What a process does not survive."""


class Fuse:
    """Kills at the n-th time it is asked."""

    def __init__(self, at: int) -> None:
        self.left = at

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


class KillingTransport:
    """Dies before or after the n-th request was carried out."""

    def __init__(self, inner: MemoryTransport, fuse: Fuse, *, after: bool) -> None:
        self.inner, self.fuse, self.after = inner, fuse, after

    async def send(self, request: Request, timeout: float) -> Response:
        if not self.after:
            self.fuse.burn()
        response = await self.inner.send(request, timeout)
        if self.after:
            self.fuse.burn()
        return response

    async def close(self) -> None:
        await self.inner.close()


class KillingClock(VirtualClock):
    """Dies when the time is asked for: the store and the lake ask at every step they take."""

    fuse: Fuse | None = None

    def now(self) -> datetime:
        if self.fuse:
            self.fuse.burn()
        return super().now()


def killing_offload(fuse: Fuse) -> Offload:
    """Dies when the n-th piece of work away from the event loop is done."""

    async def offload(function: Callable[..., Any], *arguments: Any) -> Any:
        result = await inline(function, *arguments)
        fuse.burn()
        return result

    return offload


def survived(site: Site, *, repeated: int) -> None:
    """After a restart: exact tables, no job twice, no file that nothing names."""
    site.prepare(QUESTION)
    for table in ("conversations", "session_metrics"):
        found = site.query(f"SELECT * FROM {table} WHERE {TWO_MONTHS}")
        same_rows(table, found, site.truth(table, FIRST, LAST))
    assert site.submits() <= 2 + repeated
    with site.engine() as engine:
        named = engine.lake.catalogue.paths()
        counted = sum(job.possibly_repeated for job in engine.jobs())
        assert not [job for job in engine.jobs() if job.unfinished]
    assert site.submits() - 2 <= counted, "a job that was repeated is counted"
    written = {path.relative_to(site.home).as_posix() for path in site.home.rglob("*.parquet*")}
    assert written == named


def killed_by(site: Site, coroutine_of: Any) -> bool:
    """Whether the run died; the engine is dropped as a process is."""
    try:
        run(site.clock, coroutine_of)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_request(tmp_path: Path, *, after: bool) -> None:
    died = 0
    for at in range(1 + after, 60, 2):
        site = Site(tmp_path / str(at), PAGES)
        fuse = Fuse(at)
        with site.engine(partial(KillingTransport, fuse=fuse, after=after)) as engine:
            dead = killed_by(site, engine.prepare(QUESTION, Options(), lambda _: None))
        survived(site, repeated=2)
        died += dead
        if not dead:
            break
    assert died > 8


def test_killed_at_every_step_of_the_store(tmp_path: Path) -> None:
    died = 0
    for at in range(1, 200, 7):
        site = Site(tmp_path / str(at), PAGES)
        clock = KillingClock(site.start)
        site.clock = clock
        site.simulator.now = VirtualClock.now.__get__(clock)
        with site.engine() as engine:
            clock.fuse = Fuse(at)
            dead = killed_by(site, engine.prepare(QUESTION, Options(), lambda _: None))
        clock.fuse = None
        survived(site, repeated=2)
        died += dead
        if not dead:
            break
    assert died > 10


def test_killed_at_every_page_that_is_written(tmp_path: Path) -> None:
    died = 0
    for at in range(1, 40, 2):
        site = Site(tmp_path / str(at), PAGES)
        fuse = Fuse(at)

        with site.engine() as engine:
            engine.seams = replace(engine.seams, offload=killing_offload(fuse))
            dead = killed_by(site, engine.prepare(QUESTION, Options(), lambda _: None))
        survived(site, repeated=0)
        died += dead
        if not dead:
            break
    assert died > 1
