"""What a caller of the client sees: answers, or errors that say what to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.fakes import Answer, FakeTransport, VirtualClock, answer, run, scripted
from trunkline.errors import (
    CredentialsError,
    MalformedAnswer,
    PermissionMissing,
    ProviderUnreachable,
    RequestRefused,
    TrunklineError,
)
from trunkline.http.auth import Credentials, TokenSource
from trunkline.http.client import Api, Client
from trunkline.http.exchange import Exchange, Patience
from trunkline.http.message import (
    BodyTruncated,
    CertificateRefused,
    ConnectionFailed,
    ConnectionLost,
    Request,
    Response,
    TimedOut,
)
from trunkline.http.ratelimit import Limit, RateLimiter
from trunkline.http.refusal import Refusal
from trunkline.http.retry import RetryPolicy

JOB = "/jobs/{jobId}"
PERSONAL = "+491701234567"


class FixedTokens:
    """Tokens without a login: each refused one is followed by the next."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    async def token(self) -> str:
        return f"token-{len(self.refused) + 1}"

    def invalidate(self, token: str) -> None:
        self.refused.append(token)


class Story:
    """A client over scripted answers, and what it reported."""

    def __init__(self, *answers: Answer, policy: RetryPolicy | None = None) -> None:
        self.clock = VirtualClock()
        self.transport = scripted(*answers)
        self.tokens = FixedTokens()
        self.seen: list[Exchange] = []
        self.client = Client(
            Api("Genesys Cloud", "https://api.mypurecloud.de", read_refusal),
            self.transport,
            self.tokens,
            RateLimiter(Limit(300), self.clock),
            Patience(self.clock, policy or RetryPolicy(), lambda: 1.0),
            observer=self.seen.append,
        )

    def get(self) -> Response:
        return run(self.clock, self.client.request("GET", JOB, ids={"jobId": "j/1"}))

    def post(self) -> Response:
        return run(
            self.clock, self.client.request("POST", "/jobs", json={"a": 1}, idempotent=False)
        )


def read_refusal(_: Response) -> Refusal:
    return Refusal(code="some.code", correlation_id="abc-1", permissions=("a:b:view", "a:c:view"))


def test_the_request() -> None:
    story = Story(answer(200, {}))
    query: dict[str, str | int] = {"cursor": "a+/=&b", "pageSize": 1000}
    run(story.clock, story.client.request("GET", JOB, ids={"jobId": "j/1"}, query=query))
    (request,) = story.transport.requests
    assert request.url == (
        "https://api.mypurecloud.de/jobs/j%2F1?cursor=a%2B%2F%3D%26b&pageSize=1000"
    )
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Accept"] == "application/json"
    assert request.body is None


def test_a_json_body() -> None:
    story = Story(answer(202, {}))
    story.post()
    (request,) = story.transport.requests
    assert request.body == b'{"a":1}'
    assert request.headers["Content-Type"] == "application/json"


def test_each_exchange_is_reported_by_its_template() -> None:
    story = Story(answer(500), ConnectionFailed(), answer(200, {"x": 1}))
    story.get()
    assert [(e.method, e.path, e.status, e.failure, e.attempt) for e in story.seen] == [
        ("GET", "/jobs/{jobId}", 500, None, 1),
        ("GET", "/jobs/{jobId}", None, "connection failed", 2),
        ("GET", "/jobs/{jobId}", 200, None, 3),
    ]
    assert story.seen[2].received == len(b'{"x":1}')
    assert not any(e.ambiguous for e in story.seen)


def test_waits_grow_and_the_retry_after_of_a_503_is_honoured() -> None:
    story = Story(answer(500), answer(500), answer(503, headers={"Retry-After": "9"}), answer())
    story.get()
    assert story.clock.monotonic() == 0.5 + 1.0 + 9.0


@pytest.mark.parametrize(
    "outcome", [ConnectionLost(), BodyTruncated(), TimedOut(), ConnectionFailed(), answer(408)]
)
def test_what_passes_is_tried_again(outcome: Answer) -> None:
    assert Story(outcome, answer(200)).get().status == 200


def test_attempts_used_up() -> None:
    story = Story(*[answer(502)] * 6)
    with pytest.raises(ProviderUnreachable) as caught:
        story.get()
    assert "GET /jobs/{jobId} 6 times" in caught.value.message
    assert "502" in caught.value.message
    assert "api.mypurecloud.de" in caught.value.message
    assert caught.value.hint


def test_a_certificate_is_not_tried_again() -> None:
    story = Story(CertificateRefused("certificate verify failed"))
    with pytest.raises(ProviderUnreachable, match=r"once.*certificate verify failed"):
        story.get()


def test_429_holds_every_request() -> None:
    clock = VirtualClock()
    sent: list[float] = []

    def respond(_: Request) -> Response:
        sent.append(clock.monotonic())
        return answer(429, headers={"Retry-After": "42"}) if len(sent) == 1 else answer()

    client = Client(
        Api("Genesys Cloud", "https://api.mypurecloud.de"),
        FakeTransport(respond),
        FixedTokens(),
        RateLimiter(Limit(300, concurrency=1), clock),
        Patience(clock),
    )

    async def story() -> None:
        await asyncio.gather(*(client.request("GET", "/x") for _ in range(3)))

    run(clock, story())
    assert sent == [0.0, 42.0, 42.0, 42.0]


def test_429_without_retry_after_backs_off() -> None:
    story = Story(*[answer(429)] * 4, answer(200))
    assert story.get().status == 200
    assert story.clock.monotonic() == 0.5 + 1.0 + 2.0 + 4.0


def test_429_uses_no_attempts_but_patience() -> None:
    throttled = answer(429, headers={"Retry-After": "60"})
    assert Story(*[throttled] * 9, answer()).get().status == 200
    story = Story(*[throttled] * 30, policy=RetryPolicy(patience=600.0))
    with pytest.raises(ProviderUnreachable, match="429"):
        story.get()
    assert story.clock.monotonic() == 600.0


def test_a_server_that_asks_for_no_wait_is_not_hammered() -> None:
    """Ten minutes of waits of 30 seconds, after those that lead up to it."""
    story = Story(*[answer(429, headers={"Retry-After": "0"})] * 100)
    with pytest.raises(ProviderUnreachable, match="429"):
        story.get()
    assert 20 < len(story.transport.requests) < 30


def test_a_wait_beyond_patience_is_not_begun() -> None:
    story = Story(answer(429, headers={"Retry-After": "86400"}))
    with pytest.raises(ProviderUnreachable):
        story.get()
    assert story.clock.monotonic() == 0.0


def test_401_once_is_mended_by_a_fresh_token() -> None:
    story = Story(answer(401), answer(200))
    assert story.get().status == 200
    sent = [request.headers["Authorization"] for request in story.transport.requests]
    assert sent == ["Bearer token-1", "Bearer token-2"]


def test_401_to_every_fresh_token_is_an_error() -> None:
    story = Story(answer(401), answer(503), answer(401), answer(401))
    with pytest.raises(CredentialsError) as caught:
        story.get()
    assert story.tokens.refused == ["token-1", "token-2", "token-3"]
    assert "token-" not in f"{caught.value} {caught.value.hint}"


def test_403_names_the_permissions() -> None:
    story = Story(answer(403, {"message": PERSONAL}))
    with pytest.raises(PermissionMissing) as caught:
        story.get()
    assert "a:b:view, a:c:view" in caught.value.message
    assert "GET /jobs/{jobId}" in caught.value.message
    assert "abc-1" in caught.value.message
    assert "role" in (caught.value.hint or "")


@pytest.mark.parametrize("status", [302, 400, 404, 409, 410, 413, 415])
def test_refusals_keep_status_and_correlation_id(status: int) -> None:
    story = Story(answer(status, {"message": f"no conversation of {PERSONAL}"}))
    with pytest.raises(RequestRefused) as caught:
        story.get()
    assert caught.value.status == status
    assert f"{status} to GET /jobs/{{jobId}}" in caught.value.message
    assert "abc-1" in caught.value.message
    assert PERSONAL not in f"{caught.value} {caught.value.hint}"
    assert len(story.transport.requests) == 1


@pytest.mark.parametrize(
    ("before", "count"),
    [
        ([], 0),
        ([ConnectionFailed()], 0),
        ([answer(429)], 0),
        ([answer(401)], 0),
        ([ConnectionLost()], 1),
        ([TimedOut(), answer(503), answer(401), BodyTruncated()], 3),
    ],
)
def test_what_may_have_been_done_twice_is_counted(before: list[Answer], count: int) -> None:
    story = Story(*before, answer(202, {"jobId": "x"}))
    assert story.post().possibly_repeated == count
    assert sum(e.ambiguous for e in story.seen) == count


def test_an_idempotent_request_is_never_in_doubt() -> None:
    story = Story(ConnectionLost(), answer(200))
    assert story.get().possibly_repeated == 0
    assert not any(e.ambiguous for e in story.seen)


def test_giving_up_says_that_it_may_have_been_done() -> None:
    story = Story(*[ConnectionLost()] * 6)
    with pytest.raises(ProviderUnreachable, match="may have been carried out"):
        story.post()
    with pytest.raises(ProviderUnreachable) as caught:
        Story(*[ConnectionFailed()] * 6).post()
    assert "carried out" not in caught.value.message


@pytest.mark.parametrize(
    ("answers", "error", "unknown"),
    [
        ([ConnectionLost()] * 6, ProviderUnreachable, 6),
        ([ConnectionFailed()] * 6, ProviderUnreachable, 0),
        ([ConnectionFailed(), TimedOut(), *[answer(502)] * 4], ProviderUnreachable, 5),
        ([ConnectionLost(), answer(400)], RequestRefused, 1),
        ([ConnectionLost(), answer(403)], PermissionMissing, 1),
        ([TimedOut(), answer(401), answer(503), answer(401), answer(401)], CredentialsError, 2),
        ([TimedOut(), CertificateRefused()], ProviderUnreachable, 1),
    ],
)
def test_an_error_carries_what_may_have_been_done(
    answers: list[Answer], error: type[TrunklineError], unknown: int
) -> None:
    story = Story(*answers)
    with pytest.raises(error) as caught:
        story.post()
    assert caught.value.unknown == unknown
    assert sum(e.ambiguous for e in story.seen) == unknown


def test_an_error_of_an_idempotent_request_leaves_no_doubt() -> None:
    with pytest.raises(ProviderUnreachable) as caught:
        Story(*[ConnectionLost()] * 6).get()
    assert caught.value.unknown == 0


@pytest.mark.parametrize(("idempotent", "unknown"), [(False, 2), (True, 0)])
def test_a_login_that_fails_between_attempts_forgets_none(idempotent: bool, unknown: int) -> None:
    clock = VirtualClock()
    credentials = Credentials("Genesys Cloud", "x", "https://login.example.com", "id", "secret")
    grant = answer(200, {"access_token": "token-1", "expires_in": 86_400})
    transport = scripted(grant, TimedOut(), answer(503), answer(401), answer(400, {"error": "x"}))
    client = Client(
        Api("Genesys Cloud", "https://api.example.com"),
        transport,
        TokenSource(credentials, transport, Patience(clock)),
        RateLimiter(Limit(300), clock),
        Patience(clock),
    )
    with pytest.raises(CredentialsError) as caught:
        run(clock, client.request("POST", "/jobs", json={}, idempotent=idempotent))
    assert caught.value.unknown == unknown


def test_an_answer_that_does_not_fit_passes() -> None:
    maintenance = answer(200, {"message": PERSONAL})
    story = Story(maintenance, answer(503), answer(204), answer(200, {"x": 1}))
    found = run(story.clock, story.client.request("GET", "/x", fits=lambda body: b"x" in body))
    assert found.body == b'{"x":1}'
    assert story.clock.monotonic() == 0.5 + 1.0 + 2.0
    assert [(e.status, e.failure) for e in story.seen] == [
        (200, None),
        (503, None),
        (204, None),
        (200, None),
    ]


def test_an_answer_that_never_fits() -> None:
    story = Story(*[answer(200, {"message": PERSONAL})] * 6)
    with pytest.raises(MalformedAnswer) as caught:
        run(story.clock, story.client.request("GET", JOB, ids={"jobId": "1"}, fits=lambda _: False))
    assert "GET /jobs/{jobId} 6 times" in caught.value.message
    assert PERSONAL not in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint


def test_only_an_answer_that_ended_well_has_to_fit() -> None:
    story = Story(answer(404))
    with pytest.raises(RequestRefused):
        run(story.clock, story.client.request("GET", "/x", fits=lambda _: False))


def test_a_token_that_dies_in_the_middle_is_renewed_once_for_twelve_requests() -> None:
    clock = VirtualClock()
    granted: list[float] = []

    async def respond(request: Request) -> Response:
        await clock.sleep(0.2)
        if request.url.endswith("/oauth/token"):
            granted.append(clock.monotonic())
            body = {"access_token": f"token-{len(granted)}", "expires_in": 86_400}
            return answer(200, body)
        dead = request.headers["Authorization"] == "Bearer token-1" and clock.monotonic() > 3.0
        return answer(401 if dead else 200)

    transport = FakeTransport(respond)
    credentials = Credentials("Genesys Cloud", "x", "https://login.example.com", "id", "secret")
    client = Client(
        Api("Genesys Cloud", "https://api.example.com"),
        transport,
        TokenSource(credentials, transport, Patience(clock)),
        RateLimiter(Limit(300, concurrency=12), clock),
        Patience(clock),
    )

    async def work() -> list[int]:
        answers = [await client.request("GET", "/x") for _ in range(24)]
        return [each.status for each in answers]

    async def story() -> list[list[int]]:
        return await asyncio.gather(*(work() for _ in range(12)))

    assert run(clock, story()) == [[200] * 24] * 12
    assert len(granted) == 2


def test_the_clock_offset() -> None:
    story = Story(
        answer(200, headers={"Date": "Sat, 01 Mar 2025 00:02:00 GMT"}),
        answer(200, headers={"Date": "Sat, 01 Mar 2025 00:00:00 GMT"}),
        answer(200, headers={"Date": "yesterday"}),
        answer(200, headers={"Date": "Sat, 01 Mar 2025 00:00:00 +999999999999999999"}),
    )
    assert story.client.clock_offset is None
    offsets: list[timedelta | None] = []
    for _ in range(4):
        story.get()
        offsets.append(story.client.clock_offset)
    assert offsets == [timedelta(minutes=2), timedelta(0), timedelta(0), timedelta(0)]


def test_no_error_shows_the_token() -> None:
    for status in (400, 401, 403, 404):
        story = Story(*[answer(status, {"message": "Bearer token-1"})] * 3)
        with pytest.raises(TrunklineError) as caught:
            story.get()
        shown = f"{caught.value!r} {caught.value.hint} {story.seen!r} {story.transport.requests!r}"
        assert "token-1" not in shown
