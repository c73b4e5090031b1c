"""An answer in the place of a result page empties no month."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import Site, same_rows
from trunkline.engine import Options
from trunkline.errors import IncompleteData
from trunkline.http.message import Request, Response

MONTH = "conversation_start >= '2025-01-01' AND conversation_start < '2025-02-01'"
QUESTION = f"SELECT * FROM conversations WHERE {MONTH}"
OTHERS = (
    b"{}",
    b'{"message":"maintenance"}',
    b"<html>maintenance</html>",
    b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    b'{"conversations":[{"conversationId":' + b"[" * 200_000 + b"]" * 200_000 + b"}]}",
)


class Maintained:
    """A transport that gets a proxy's answer to some requests for results."""

    def __init__(self, inner: Any, body: bytes, times: int) -> None:
        self.inner = inner
        self.body = body
        self.left = times

    async def send(self, request: Request, timeout: float) -> Response:
        sent: Response = await self.inner.send(request, timeout)
        if "/results" not in request.url or not self.left:
            return sent
        self.left -= 1
        return Response(200, {}, self.body, received=len(self.body))

    async def close(self) -> None:
        await self.inner.close()


def ask(site: Site, body: bytes, times: int) -> None:
    with site.engine(lambda inner: Maintained(inner, body, times)) as engine:
        run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))


@pytest.mark.parametrize("body", OTHERS[:3])
def test_maintenance_passes(tmp_path: Path, body: bytes) -> None:
    site = Site(tmp_path / "data")
    ask(site, body, 3)
    truth = site.truth("conversations", date(2025, 1, 1), date(2025, 1, 31))
    same_rows("conversations", site.query(QUESTION), truth)
    assert truth


@pytest.mark.parametrize("body", OTHERS)
def test_what_does_not_pass_is_said_and_its_job_goes_on(tmp_path: Path, body: bytes) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(IncompleteData):
        ask(site, body, 1000)
    truth = site.truth("conversations", date(2025, 1, 1), date(2025, 1, 31))
    same_rows("conversations", site.query(QUESTION), truth)
    assert site.submits() == 1
