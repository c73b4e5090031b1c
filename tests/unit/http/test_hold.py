"""A provider that asks to be left alone is left alone, and whoever would wait too long is told."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.fakes import START, FakeTransport, VirtualClock, answer, run
from trunkline.errors import ProviderUnreachable, TrunklineError
from trunkline.http.auth import Credentials, TokenSource
from trunkline.http.client import Api, Client
from trunkline.http.exchange import Exchange, Patience
from trunkline.http.hold import Holds
from trunkline.http.message import Request, Response
from trunkline.http.ratelimit import Limit, RateLimiter

LIMIT = Limit(
    300,
    concurrency=3,
    count_header="inin-ratelimit-count",
    allowed_header="inin-ratelimit-allowed",
    reset_header="inin-ratelimit-reset",
)
CREDENTIALS = Credentials("Genesys Cloud", "r", "https://login.mypurecloud.de", "id", "secret")


class Tokens:
    """A token that is always good."""

    async def token(self) -> str:
        return "token"

    def invalidate(self, token: str) -> None:
        raise AssertionError(token)


class Provider:
    """Answers the ``nth`` request otherwise than with 200; when each was sent."""

    def __init__(self, **nth: Response) -> None:
        self.clock = VirtualClock()
        self.sent: list[float] = []
        self.seen: list[Exchange] = []
        self._nth = nth
        self.holds = Holds.none(self.clock)

    async def _respond(self, _: Request) -> Response:
        self.sent.append(self.clock.monotonic())
        answered = self._nth.get(f"n{len(self.sent)}", answer(200, {}))
        await self.clock.sleep(0.1)
        return answered

    def client(self) -> Client:
        """A client of a run of its own; what was asked for in earlier ones still holds."""
        return Client(
            Api("Genesys Cloud", "https://api.mypurecloud.de"),
            FakeTransport(self._respond),
            Tokens(),
            RateLimiter(LIMIT, self.clock, hold=self.holds.api),
            Patience(self.clock, random=lambda: 0.5),
            observer=self.seen.append,
        )

    def ask(self, count: int, client: Client | None = None) -> list[Response | BaseException]:
        """So many requests at once, each ending well or badly."""
        sender = client or self.client()

        async def story() -> list[Response | BaseException]:
            requests = (sender.request("GET", "/x") for _ in range(count))
            return await asyncio.gather(*requests, return_exceptions=True)

        return run(self.clock, story())


def told(seconds: int | str, status: int = 429, date: str = "") -> Response:
    return answer(status, headers={"Retry-After": str(seconds), "Date": date})


def until(outcome: object) -> datetime:
    assert isinstance(outcome, ProviderUnreachable), outcome
    assert outcome.retry_after is not None
    return outcome.retry_after


def test_all_give_up_at_once_where_the_wait_is_longer_than_patience() -> None:
    provider = Provider(n1=told(700))
    outcomes = provider.ask(9)
    good = [one for one in outcomes if isinstance(one, Response)]
    assert len(good) == 2, "those that were under way"
    assert len(provider.sent) == 3
    assert provider.clock.monotonic() == pytest.approx(0.1)
    errors = [one for one in outcomes if isinstance(one, TrunklineError)]
    assert {until(error) for error in errors} == {START + timedelta(seconds=700.1)}
    (message,) = {error.message for error in errors}
    assert "api.mypurecloud.de: too many requests (429)" in message
    assert "none before 2025-03-01T00:11:40.100Z" in message


def test_what_a_provider_asked_for_outlives_the_run() -> None:
    provider = Provider(n1=told(700))
    provider.ask(1)
    run(provider.clock, provider.clock.sleep(50))
    (error,) = provider.ask(1)
    assert until(error) == START + timedelta(seconds=700.1)
    assert len(provider.sent) == 1
    run(provider.clock, provider.clock.sleep(350))
    (response,) = provider.ask(1)
    assert isinstance(response, Response)
    assert provider.sent[1] == pytest.approx(700.1), "300 seconds are worth waiting for"


def test_those_who_wait_for_a_shorter_hold_give_up_when_it_becomes_a_longer_one() -> None:
    provider = Provider(n1=told(300), n4=told(500))
    outcomes = provider.ask(8)
    at = provider.sent
    assert at[:6] == [0.0] * 3 + [pytest.approx(300.1)] * 3
    errors = [one for one in outcomes if isinstance(one, ProviderUnreachable)]
    assert len(errors) == 3, "they waited since the beginning"
    assert at[6:] == [pytest.approx(800.2)], "who is told for the first time has patience"


def test_nobody_is_held_for_ever_by_one_hold_after_another() -> None:
    """Ten minutes of waiting for a turn, and ten from the first 429 on."""
    provider = Provider(**{f"n{n}": told(250) for n in range(1, 100)})
    outcomes = provider.ask(20)
    assert all(isinstance(one, ProviderUnreachable) for one in outcomes)
    assert provider.clock.monotonic() < 1_202


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("864000", 86_400.0), ("1000000000000", 86_400.0), ("9" * 400, 86_400.0)],
)
def test_what_asks_for_the_end_of_time_is_believed_for_a_day(asked: str, seconds: float) -> None:
    provider = Provider(n1=told(asked))
    (error,) = provider.ask(1)
    assert until(error) == START + timedelta(seconds=seconds + 0.1)
    run(provider.clock, provider.clock.sleep(seconds))
    (response,) = provider.ask(1)
    assert isinstance(response, Response)


@pytest.mark.parametrize("asked", ["-5", "soon", "1e12", "Sat, 01 Mar 2025 00:00:00 GMT"])
def test_what_cannot_be_meant_is_waited_for_as_if_nothing_was_said(asked: str) -> None:
    provider = Provider(n1=told(asked))
    (response,) = provider.ask(1)
    assert isinstance(response, Response)
    assert provider.sent == [0.0, pytest.approx(0.35)]


def test_a_date_of_a_clock_that_is_wrong() -> None:
    then = "Thu, 01 Jan 1970 00:00:00 GMT"
    provider = Provider(n1=told("Thu, 01 Jan 1970 00:00:20 GMT", date=then))
    (response,) = provider.ask(1)
    assert isinstance(response, Response)
    assert provider.sent == [0.0, pytest.approx(20.1)]


def test_an_endpoint_that_is_away_holds_nobody_else() -> None:
    provider = Provider(n1=told(700, 503))
    first, *others = provider.ask(3)
    assert until(first) == START + timedelta(seconds=700.1)
    assert all(isinstance(one, Response) for one in others)


def test_the_report_says_how_long_it_was_told_to_wait() -> None:
    provider = Provider(n1=told(500))
    provider.ask(1)
    assert [exchange.asked_wait for exchange in provider.seen] == [500.0, None]


def test_a_broken_reset_stops_nobody_for_good() -> None:
    headers = {
        "inin-ratelimit-count": "300",
        "inin-ratelimit-allowed": "300",
        "inin-ratelimit-reset": "99999999999",
    }
    provider = Provider(n1=answer(200, {}, headers))
    client = provider.client()
    provider.ask(1, client)
    (response,) = provider.ask(1, client)
    assert isinstance(response, Response)
    assert provider.clock.monotonic() < 125


def logins(*answers: Response) -> tuple[VirtualClock, FakeTransport, Holds]:
    clock, left = VirtualClock(), iter(answers)
    return clock, FakeTransport(lambda _: next(left)), Holds.none(clock)


def grant() -> Response:
    return answer(200, {"access_token": "t", "token_type": "bearer", "expires_in": 86_400})


def test_a_login_that_asks_to_be_left_alone_is_asked_by_nobody() -> None:
    clock, transport, holds = logins(told(700), grant())

    def source() -> TokenSource:
        return TokenSource(CREDENTIALS, transport, Patience(clock), hold=holds.login)

    async def all_at_once() -> list[object]:
        tokens = source()
        return await asyncio.gather(*(tokens.token() for _ in range(5)), return_exceptions=True)

    outcomes = run(clock, all_at_once())
    assert {until(one) for one in outcomes} == {START + timedelta(seconds=700)}
    assert len(transport.requests) == 1
    with pytest.raises(ProviderUnreachable, match=r"login\.mypurecloud\.de: too many requests"):
        run(clock, source().token())
    run(clock, clock.sleep(300))
    assert run(clock, source().token()) == "t"
    assert clock.monotonic() == 700.0
