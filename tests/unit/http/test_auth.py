"""One token at a time, renewed in time; refusals in words that help and hold no secret."""

from __future__ import annotations

import asyncio
from base64 import b64decode

import pytest

from tests.fakes import FakeTransport, VirtualClock, answer, run, scripted
from trunkline.errors import CredentialsError, ProviderUnreachable, TrunklineError
from trunkline.http.auth import Credentials, TokenSource
from trunkline.http.exchange import Exchange, Patience
from trunkline.http.message import ConnectionFailed, Request, Response, TransportFailure
from trunkline.http.retry import RetryPolicy

SECRET = "s3cr3t-of-the-client"
CLIENT = "11111111-2222-3333-4444-555555555555"
CREDENTIALS = Credentials(
    "Genesys Cloud", "eu-central-1", "https://login.mypurecloud.de", CLIENT, SECRET
)


def grant(token: str, seconds: int = 86_400) -> Response:
    return answer(200, {"access_token": token, "token_type": "bearer", "expires_in": seconds})


def source(transport: FakeTransport, clock: VirtualClock) -> TokenSource:
    return TokenSource(CREDENTIALS, transport, Patience(clock, random=lambda: 1.0))


def granting(clock: VirtualClock, seconds: int) -> FakeTransport:
    """A login that takes a second and numbers its tokens."""

    async def respond(_: Request) -> Response:
        await clock.sleep(1.0)
        return grant(f"token-{len(transport.requests)}", seconds)

    transport = FakeTransport(respond)
    return transport


def test_the_request_is_the_vendors() -> None:
    clock = VirtualClock()
    transport = scripted(grant("token-1"))
    assert run(clock, source(transport, clock).token()) == "token-1"
    (request,) = transport.requests
    assert request.method == "POST"
    assert request.url == "https://login.mypurecloud.de/oauth/token"
    assert request.body == b"grant_type=client_credentials"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    assert (scheme, b64decode(pair).decode()) == ("Basic", f"{CLIENT}:{SECRET}")


def test_twelve_at_once_make_one_request() -> None:
    clock = VirtualClock()
    transport = granting(clock, 300)
    tokens = source(transport, clock)

    async def story() -> list[str]:
        return await asyncio.gather(*(tokens.token() for _ in range(12)))

    assert run(clock, story()) == ["token-1"] * 12
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("lifetime", "kept", "renewed"),
    [(300, 269.0, 271.0), (86_400, 86_339.0, 86_341.0), (10, 8.5, 9.5)],
)
def test_renewed_before_it_ends(lifetime: int, kept: float, renewed: float) -> None:
    """A minute before the end, or a tenth of its life if that is less."""
    clock = VirtualClock()
    tokens = source(granting(clock, lifetime), clock)

    async def story() -> list[str]:
        first = await tokens.token()
        await clock.sleep(kept)
        second = await tokens.token()
        await clock.sleep(renewed - kept)
        return [first, second, await tokens.token()]

    assert run(clock, story()) == ["token-1", "token-1", "token-2"]


def test_only_the_refused_token_is_given_up() -> None:
    clock = VirtualClock()
    tokens = source(granting(clock, 300), clock)

    async def story() -> list[str]:
        first = await tokens.token()
        tokens.invalidate(first)
        second = await tokens.token()
        tokens.invalidate(first)  # a slower request finds out later
        return [first, second, await tokens.token()]

    assert run(clock, story()) == ["token-1", "token-2", "token-2"]


def test_whoever_is_cancelled_does_not_take_the_others_along() -> None:
    clock = VirtualClock()
    tokens = source(granting(clock, 300), clock)

    async def story() -> str:
        first = asyncio.create_task(tokens.token())
        second = asyncio.create_task(tokens.token())
        await clock.sleep(0.5)
        first.cancel()
        return await second

    assert run(clock, story()) == "token-2"


def test_the_login_may_fail_for_a_while() -> None:
    clock = VirtualClock()
    seen: list[Exchange] = []
    tokens = TokenSource(
        CREDENTIALS,
        scripted(ConnectionFailed(), answer(503), answer(429), grant("token-1")),
        Patience(clock, random=lambda: 1.0),
        seen.append,
    )
    assert run(clock, tokens.token()) == "token-1"
    assert [(e.status, e.failure) for e in seen] == [
        (None, "connection failed"),
        (503, None),
        (429, None),
        (200, None),
    ]
    assert {e.path for e in seen} == {"/oauth/token"}


DEEP = b'{"error":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
BROKEN = b'{"access_token":"\xff","expires_in":1,"error":"\xff"}'
HTML = Response(200, {"Content-Type": "text/html"}, b"<html>hello " + SECRET.encode())


def refusal_of(response: Response | TransportFailure) -> TrunklineError:
    clock = VirtualClock()
    tokens = TokenSource(
        CREDENTIALS, FakeTransport(lambda _: response), Patience(clock, RetryPolicy(attempts=2))
    )
    with pytest.raises(TrunklineError) as caught:
        run(clock, tokens.token())
    for text in (str(caught.value), repr(caught.value), caught.value.hint or "", repr(tokens)):
        assert SECRET not in text
        assert CLIENT not in text
    return caught.value


@pytest.mark.parametrize(
    ("response", "says"),
    [
        (answer(401, {"error": "invalid_client", "description": SECRET}), "refused the client id"),
        (
            answer(400, {"error": "invalid_client", "description": "client not found: x"}),
            "knows no OAuth client of this id",
        ),
        (answer(404, {"message": "nothing here"}), "no Genesys Cloud login"),
        (answer(301, None), "no Genesys Cloud login"),
        (answer(401, ["no", "object"]), "no Genesys Cloud login"),
        (answer(200, {"no": "token"}), "no Genesys Cloud login"),
        (HTML, "no Genesys Cloud login"),
        (Response(200, {}, BROKEN), "no Genesys Cloud login"),
        (Response(400, {}, BROKEN), "no Genesys Cloud login"),
        (Response(200, {}, DEEP), "no Genesys Cloud login"),
        (Response(401, {}, DEEP), "no Genesys Cloud login"),
        (answer(200, {"access_token": "a\nb", "expires_in": 1}), "no Genesys Cloud login"),
        (answer(200, {"access_token": "", "expires_in": 1}), "no Genesys Cloud login"),
    ],
)
def test_refusals(response: Response, says: str) -> None:
    error = refusal_of(response)
    assert isinstance(error, CredentialsError)
    assert says in error.message
    assert "eu-central-1" in error.message
    assert "login.mypurecloud.de" in error.message
    assert error.hint


def test_no_such_host() -> None:
    error = refusal_of(ConnectionFailed("Name or service not known"))
    assert isinstance(error, ProviderUnreachable)
    for part in ("eu-central-1", "login.mypurecloud.de", "Name or service not known", "2 times"):
        assert part in error.message
    assert "region" in (error.hint or "")


def test_reprs_hide_secrets() -> None:
    clock = VirtualClock()
    transport = scripted(grant("the-token"))
    tokens = source(transport, clock)
    run(clock, tokens.token())
    shown = f"{CREDENTIALS!r} {tokens!r} {transport.requests!r} {grant('the-token')!r}"
    for secret in (SECRET, CLIENT, "the-token", "Basic"):
        assert secret not in shown
