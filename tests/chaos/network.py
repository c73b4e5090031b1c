"""The network between a process and the provider, in memory, with a record of what crossed it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tests.chaos.process import Process
from tests.chaos.records import AVAILABILITY, Records
from tests.chaos.scopes_truth import Telling
from tests.chaos.submits import Submits
from tests.fakes import VirtualClock
from trunkline.http.message import ConnectionLost, Request, Response, TimedOut
from trunkline.http.transport import gunzip
from trunkline_simulator.messages import SimRequest, SimResponse
from trunkline_simulator.simulator import Simulator

TRAVEL = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that was sent: ``faults`` are what went wrong with it, by the simulator.

    ``retry_after`` is what a 429 of the API says; ``heard`` is when the answer was there.
    """

    at: datetime
    method: str
    path: str
    status: int
    faults: tuple[str, ...]
    heard: datetime
    retry_after: timedelta

    @property
    def kind(self) -> str:
        """What it was for."""
        bare = urlsplit(self.path).path
        if bare.endswith("/conversations/details"):
            return "record"
        if bare.endswith("/details/query"):
            return "tail"
        if bare.endswith("/results"):
            return "page"
        if "/details/jobs/" in bare and not bare.endswith("/availability"):
            return "cancel" if self.method == "DELETE" else "poll"
        return "submit" if bare.endswith("/details/jobs") else "other"

    @property
    def tells(self) -> bool:
        """Whether it told how far the data go."""
        return self.status == 200 and self.path.endswith(AVAILABILITY)

    def __str__(self) -> str:
        wrong = f"  <- {', '.join(self.faults)}" if self.faults else ""
        return f"{self.at:%m-%d %H:%M:%S} {self.method} {self.path} {self.status}{wrong}"


@dataclass(frozen=True, slots=True)
class Line:
    """A Transport to the simulator. A process may die before a request and after its answer."""

    simulator: Simulator
    clock: VirtualClock
    process: Process
    record: list[Sent]
    submits: Submits
    records: Records

    async def send(self, request: Request, timeout: float) -> Response:
        """Answer from memory; what the simulator delays or breaks off is delayed or broken off."""
        self.process.at("request")
        asked = self.clock.now()
        answer, kind = self._ask(request)
        if answer.delay > timeout:
            await self.clock.sleep(timeout)
            raise TimedOut
        await self.clock.sleep(answer.delay or TRAVEL)
        self.process.at("answer")
        received = _received(answer)
        self.submits.heard(self.process, kind, request.url, received)
        self.records.heard(asked, request.url, received)
        if kind in ("record", "tail"):
            divisions = self.simulator.settings.clients[0].divisions
            telling = Telling(asked, divisions, asked + self.process.skew)
            self.records.live.heard(telling, request, received)
        return received

    async def close(self) -> None:
        """Nothing is open."""

    def _ask(self, request: Request) -> tuple[SimResponse, str]:
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {**request.headers, "Accept-Encoding": "gzip"}
        met = Counter(self.simulator.state.met)
        answer = self.simulator.handle(
            SimRequest(request.method, path, headers, request.body or b"")
        )
        faults = tuple((self.simulator.state.met - met).elements())
        now = self.clock.now()
        heard = now + timedelta(seconds=answer.delay or TRAVEL)
        sent = Sent(now, request.method, path, answer.status, faults, heard, _retry(answer))
        self.record.append(sent)
        if sent.kind == "submit" and sent.status == 202:
            self.submits.accepted()
        return answer, sent.kind


def _retry(answer: SimResponse) -> timedelta:
    told = answer.status == 429 and answer.fault is None
    return timedelta(seconds=int(answer.headers.get("Retry-After", 0)) if told else 0)


def _received(answer: SimResponse) -> Response:
    if answer.fault == "reset":
        raise ConnectionLost
    body = answer.body
    if answer.fault == "truncate":
        body = body[: len(body) // 2]
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gunzip(body)
    return Response(answer.status, dict(answer.headers), body, received=len(answer.body))
