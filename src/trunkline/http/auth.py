"""Access tokens by the client credentials grant (RFC 6749, 4.4)."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Annotated, Protocol
from urllib.parse import urlsplit

import msgspec

from trunkline.errors import CredentialsError, TrunklineError
from trunkline.http.answers import UNREADABLE
from trunkline.http.exchange import Observer, Patience, ignore, repeat, report, send_once
from trunkline.http.hold import Held, Hold
from trunkline.http.message import Outcome, Request, Response, Transport, TransportFailure
from trunkline.http.refusal import unreachable
from trunkline.http.retry import Tries, asked_wait, is_retried

TOKEN_PATH = "/oauth/token"  # noqa: S105
EXCHANGE_SECONDS = 30.0
LONGEST_MARGIN = 60.0  # seconds before its end at which a token is renewed, at the most


class Tokens(Protocol):
    """Where a client has its token from."""

    async def token(self) -> str:
        """A token that is good now."""
        ...

    def invalidate(self, token: str) -> None:
        """Never answer this token again: the server refused it."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks for tokens, and where. ``region`` and ``provider`` are for messages."""

    provider: str
    region: str
    login_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host of the login URL."""
        return urlsplit(self.login_url).hostname or self.login_url

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"region {self.region}, host {self.host}"


class _Granted(msgspec.Struct, frozen=True):
    """The answer that grants (RFC 6749, 5.1; the token's characters: appendix A.12)."""

    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7E]+\Z")]
    expires_in: float


class _Refused(msgspec.Struct, frozen=True):
    """The answer that refuses (RFC 6749, 5.2); ``description`` is Genesys's own."""

    error: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    renew_at: float = 0.0


class TokenSource:
    """One token at a time, shared by all, renewed before it ends.

    Renewed 60 seconds before its end, or a tenth of its life if that is less: Genesys clients may
    be given tokens of 300 to 172,800 seconds. Those who ask meanwhile wait for the one request.
    The login host has a limit of its own, and so a ``hold``.
    """

    def __init__(
        self,
        credentials: Credentials,
        transport: Transport,
        patience: Patience,
        observer: Observer = ignore,
        hold: Hold | None = None,
    ) -> None:
        self._credentials = credentials
        self._transport = transport
        self._patience = patience
        self._clock = patience.clock
        self._observer = observer
        self._hold = hold or Hold(self._clock)
        self._current: _Token | None = None
        self._one_flight = asyncio.Lock()

    def __repr__(self) -> str:
        return f"TokenSource({self._credentials.place})"

    async def token(self) -> str:
        """A token that is good for a while yet.

        Raises CredentialsError where the client or the host is refused, ProviderUnreachable where
        the host gives no usable answer, or asks to be left alone for longer than patience.
        """
        async with self._one_flight:
            if self._current is None or self._clock.monotonic() >= self._current.renew_at:
                self._current = await self._granted()
            return self._current.text

    def invalidate(self, token: str) -> None:
        """Ask for another the next time, if this is still the one."""
        if self._current is not None and self._current.text == token:
            self._current = None

    async def _granted(self) -> _Token:
        outcome, tries = await repeat(self._exchange, self._patience, self._hold.ask, Tries())
        if isinstance(outcome, TransportFailure) or is_retried(outcome):
            at = f"{self._credentials.provider}, {self._credentials.place}"
            raise unreachable(at, f"POST {TOKEN_PATH}", outcome, tries, self._clock.now())
        granted = _read_grant(outcome, self._credentials)
        margin = min(LONGEST_MARGIN, granted.expires_in / 10)
        renew_at = self._clock.monotonic() + granted.expires_in - margin
        return _Token(granted.access_token, renew_at)

    async def _exchange(self, tries: Tries) -> Outcome:
        try:
            await self._hold.over(self._patience.left(tries))
        except Held as held:
            return held
        sent = self._clock.monotonic()
        outcome = await send_once(
            self._transport, token_request(self._credentials), EXCHANGE_SECONDS
        )
        times = (sent, sent, self._clock.monotonic())
        asked = asked_wait(outcome, self._clock.now())
        attempt = tries.exchanges + 1
        self._observer(report("POST", TOKEN_PATH, outcome, times, attempt, asked=asked))
        return outcome


def token_request(credentials: Credentials) -> Request:
    """The request for a token, as the vendor's client sends it (SDK 269, api_client.py)."""
    pair = f"{credentials.client_id}:{credentials.client_secret}".encode()
    headers = {
        "Authorization": f"Basic {b64encode(pair).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    url = credentials.login_url.rstrip("/") + TOKEN_PATH
    return Request("POST", url, headers, b"grant_type=client_credentials")


def _read_grant(response: Response, credentials: Credentials) -> _Granted:
    if response.status == 200:
        try:
            return msgspec.json.decode(response.body, type=_Granted)
        except UNREADABLE:
            raise _no_login(response, credentials) from None
    raise _refusal(response, credentials)


def _refusal(response: Response, credentials: Credentials) -> TrunklineError:
    """The error for an answer without a token. The vendor's words are read, never repeated."""
    if response.status not in (400, 401, 403):
        return _no_login(response, credentials)
    try:
        said = msgspec.json.decode(response.body, type=_Refused)
    except UNREADABLE:
        return _no_login(response, credentials)
    if "not found" in said.description.lower():
        return CredentialsError(
            f"{credentials.provider} knows no OAuth client of this id ({credentials.place})",
            hint="Check the client id and the region: a client is known in its own region only.",
            doubted=("region", "client_id"),
        )
    return CredentialsError(
        f"{credentials.provider} refused the client id or the secret ({credentials.place},"
        f" status {response.status})",
        hint="Check both, and that the client is active and of the grant type client credentials.",
        doubted=("client_secret",) if response.status == 401 else ("client_secret", "client_id"),
    )


def _no_login(response: Response, credentials: Credentials) -> CredentialsError:
    return CredentialsError(
        f"what answered is no {credentials.provider} login ({credentials.place},"
        f" status {response.status})",
        hint="Check the region, or the login URL in the settings.",
        doubted=("region",),
    )
