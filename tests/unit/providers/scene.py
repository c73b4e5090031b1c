"""The client of one organisation, and the answers that it is given."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.fakes import Answer, FakeTransport, VirtualClock, answer, run
from trunkline.catalog import Dataset, Level
from trunkline.http.client import Api, Client
from trunkline.http.exchange import Patience
from trunkline.http.message import Request, Response
from trunkline.http.ratelimit import RateLimiter
from trunkline.interval import Interval
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.limits import RATE
from trunkline.providers.genesys.refusals import read_refusal

T = TypeVar("T")
MARCH = Interval(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))


DETAILS = Dataset(
    name="conversation_details",
    provider="genesys",
    description="…",
    levels=(Level("conversation", None, "conversations"),),
    key="conversation_id",
    time_column="conversation_start",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    page_size=500,
)


class OneToken:
    async def token(self) -> str:
        return "the-token"

    def invalidate(self, token: str) -> None:
        pass


class Scene:
    """Genesys Cloud over scripted answers, each of which takes some seconds."""

    def __init__(self, *answers: Answer, seconds: float = 0.0) -> None:
        self.clock = VirtualClock()
        left = iter(answers)

        async def respond(_: Request) -> Answer:
            await self.clock.sleep(seconds)
            return next(left)

        self.transport = FakeTransport(respond)
        api = Api("Genesys Cloud", "https://api.mypurecloud.de", read_refusal)
        limiter = RateLimiter(RATE, self.clock)
        self.cloud = GenesysCloud(
            Client(api, self.transport, OneToken(), limiter, Patience(self.clock))
        )

    def run(self, request: Coroutine[Any, Any, T]) -> T:
        return run(self.clock, request)

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(request.method, request.url) for request in self.transport.requests]


def error_body(status: int, code: str, message: str, **more: object) -> Response:
    body = {"message": message, "code": code, "status": status, "contextId": "c-1", **more}
    return answer(status, body, {"ININ-Correlation-Id": "c-1"})
