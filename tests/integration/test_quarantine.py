"""A conversation that cannot be read is named, whoever asks and whenever; it is never fatal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from tests.fakes import run
from tests.gateway import MemoryTransport, Site
from trunkline.engine import Options
from trunkline.http.message import Request, Response

DAYS = "conversation_start >= '2025-01-01' AND conversation_start < '2025-01-08'"
QUESTION = f"SELECT * FROM conversations WHERE {DAYS}"


@dataclass(frozen=True, slots=True)
class Spoiling:
    """Makes the start of the first conversation of every page something that is no time."""

    inner: MemoryTransport

    async def send(self, request: Request, timeout: float) -> Response:
        response = await self.inner.send(request, timeout)
        if "/results" not in request.url:
            return response
        page = msgspec.json.decode(response.body)
        page["conversations"][0]["conversationStart"] = "planted-not-a-time"
        return replace(response, body=msgspec.json.encode(page))

    async def close(self) -> None:
        await self.inner.close()


def test_it_is_named_in_this_answer_and_in_every_later_one(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with site.engine(Spoiling) as engine:
        first = run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))
    requests = len(site.requests)
    later = site.prepare(QUESTION)
    assert len(site.requests) == requests
    for prepared in (first, later):
        (reason,) = prepared.certificate["quarantined"]
        assert "planted" not in reason
        assert any("1 conversation of the days" in notice for notice in prepared.notices)
    days = site.query(QUESTION)
    assert len(days) == first.certificate["conversations"]
    assert len(days) > 10


@dataclass(frozen=True, slots=True)
class Doubling:
    """Sends the first conversation of every page twice, the second time without an end."""

    inner: MemoryTransport

    async def send(self, request: Request, timeout: float) -> Response:
        response = await self.inner.send(request, timeout)
        if "/results" not in request.url:
            return response
        page = msgspec.json.decode(response.body)
        again = {k: v for k, v in page["conversations"][0].items() if k != "conversationEnd"}
        page["conversations"].append(again)
        return replace(response, body=msgspec.json.encode(page))

    async def close(self) -> None:
        await self.inner.close()


def test_a_conversation_twice_on_one_page_lands_once_as_it_came_last(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with site.engine(Doubling) as engine:
        run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))
    found = site.query(QUESTION)
    assert len({row["conversation_id"] for row in found}) == len(found)
    assert found[-1]["conversation_end"] is None
    for table, key in (("sessions", "session_key"), ("session_metrics", "metric_key")):
        counted = site.query(
            f"SELECT count(*) AS rows, count(DISTINCT {key}) AS keys FROM {table} WHERE {DAYS}"
        )
        assert counted[0]["rows"] == counted[0]["keys"]
