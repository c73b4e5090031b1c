"""A client without a socket: asks a simulator in memory, on a clock that only moves when told."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from trunkline_simulator.messages import SimRequest, SimResponse
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import Client, Settings
from trunkline_simulator.simulator import Simulator

JOBS = "/api/v2/analytics/conversations/details/jobs"


@dataclass(slots=True)
class StoppedClock:
    """The time, until ``advance`` moves it."""

    at: datetime = datetime(2025, 4, 10, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.at += timedelta(seconds=seconds)


@dataclass(slots=True)
class Caller:
    """One client of one simulator, with its token once ``sign_in`` has been called."""

    settings: Settings = field(default_factory=Settings)
    clock: StoppedClock = field(default_factory=StoppedClock)
    simulator: Simulator = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.simulator = Simulator(self.settings, self.clock)

    def sign_in(self, client: Client | None = None) -> SimResponse:
        """Ask for a token with the credentials of ``client`` and keep it."""
        who = client or self.settings.clients[0]
        basic = base64.b64encode(f"{who.client_id}:{who.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        body = b"grant_type=client_credentials"
        answer = self.simulator.handle(SimRequest("POST", "/oauth/token", headers, body))
        if answer.status == 200:
            self.token = str(decoded(answer)["access_token"])
        return answer

    def send(self, method: str, path: str, body: object = None) -> SimResponse:
        """One request with the token; ``body`` is sent as JSON, bytes as they are."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
        return self.simulator.handle(SimRequest(method, path, headers, raw))

    def get(self, path: str) -> Any:
        """The decoded body of a GET."""
        return decoded(self.send("GET", path))

    def submit(self, **query: Any) -> str:
        """The id of a new job."""
        return str(decoded(self.send("POST", JOBS, query))["jobId"])

    def pages(self, job_id: str, size: int = 1000) -> list[Json]:
        """Every page of a job's results."""
        found = [self.get(f"{JOBS}/{job_id}/results?pageSize={size}")]
        while cursor := found[-1].get("cursor"):
            found.append(self.get(f"{JOBS}/{job_id}/results?pageSize={size}&cursor={cursor}"))
        return found

    def list_pages(self, path: str) -> list[Json]:
        """Every page of a reference list, by the address that each gives of the next."""
        found = [self.get(path)]
        while following := found[-1].get("nextUri"):
            found.append(self.get(following))
        return found

    def conversations(self, interval: str, **query: Any) -> list[Json]:
        """Submit, wait on the clock until it is done, and read every page."""
        job_id = self.submit(interval=interval, **query)
        self.clock.advance(self.settings.queued_seconds + self.settings.pending_seconds)
        return [made for page in self.pages(job_id) for made in page["conversations"]]


def decoded(answer: SimResponse) -> Any:
    """The body of an answer, unpacked and read as JSON."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(answer.body) if packed else answer.body)
