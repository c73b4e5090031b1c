"""A dataset that is asked for page by page, without a job of the provider's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from tests.fakes import answer
from tests.unit.providers.scene import DETAILS, MARCH, Scene
from trunkline.interval import Interval, iso
from trunkline.providers import RemoteState
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.payloads import Ask, Direct

TEN = timedelta(days=10)
COUNTS = replace(DETAILS, name="counts", slice=TEN)
PATH = "/api/v2/analytics/counts/query"


def _slice(interval: Interval, cursor: str | None) -> Interval:
    start = interval.start + int(cursor or 0) * TEN
    return Interval(start, min(start + TEN, interval.end))


def _ask(interval: Interval, cursor: str | None) -> Ask:
    body = {"interval": str(_slice(interval, cursor))}
    return Ask("POST", PATH, lambda found: found.startswith(b"{"), json=body)


def _reshape(body: bytes, interval: Interval, cursor: str | None) -> bytes:
    page = json.loads(body)
    more = _slice(interval, cursor).end < interval.end
    page["cursor"] = str(int(cursor or 0) + 1) if more else None
    return json.dumps(page).encode()


def test_its_pages_are_requests_and_nothing_else_of_it_is() -> None:
    scene = Scene(*(answer(200, {"results": [n]}) for n in range(4)))
    cloud = GenesysCloud(scene.cloud._client, (), {"counts": Direct(_ask, _reshape)})

    async def walk() -> list[object]:
        job = await cloud.submit(COUNTS, MARCH)
        assert (await cloud.status(COUNTS, job.id)).state is RemoteState.READY
        assert not scene.sent
        pages, cursor, more = list[object](), None, True
        while more:
            page = json.loads(await cloud.page(COUNTS, job.id, cursor))
            pages += page["results"]
            cursor, more = page["cursor"], page["cursor"] is not None
        await cloud.cancel(COUNTS, job.id)
        return pages

    assert scene.run(walk()) == [0, 1, 2, 3]
    bodies = [json.loads(request.body or b"") for request in scene.transport.requests]
    starts = [MARCH.start + n * TEN for n in range(4)]
    ends = [*starts[1:], MARCH.end]
    assert [body["interval"] for body in bodies] == [
        f"{iso(start)}/{iso(end)}" for start, end in zip(starts, ends, strict=True)
    ]
