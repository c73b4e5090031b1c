"""Requests that end well or in an error a user can act on.

``Client`` joins the token, the rate limit, the retries and the report of every exchange. It knows
nothing of any provider but what ``Api`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from trunkline.errors import TrunklineError
from trunkline.http.auth import Tokens
from trunkline.http.exchange import Observer, Patience, ignore, repeat, report, send_once
from trunkline.http.hold import Held
from trunkline.http.message import Outcome, Request, Response, Transport, TransportFailure, Unfit
from trunkline.http.ratelimit import RateLimiter
from trunkline.http.refusal import RefusalReader, read_nothing, refused, unreachable
from trunkline.http.retry import Tries, asked_wait, http_date, is_retried

UNAUTHORIZED = 401
FRESH_TOKENS = 2  # one may be refused because another task's 401 came while it was on its way
EXCHANGE_SECONDS = 120.0
USER_AGENT = "trunkline"

Query = Mapping[str, str | int]
Fits = Callable[[bytes], bool]
"""Whether a 2xx body is what was asked for. Cheap: it runs on the event loop."""


def _any(_: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Api:
    """A provider's API: its name for messages, its root URL, and how it words refusals.

    ``correlation_header`` is the header in which it names an exchange, if it does.
    """

    provider: str
    url: str
    read_refusal: RefusalReader = read_nothing
    correlation_header: str = ""

    @property
    def host(self) -> str:
        """The host of the root URL."""
        return urlsplit(self.url).hostname or self.url


@dataclass(frozen=True, slots=True)
class _Call:
    """One request as it is asked for; ``template`` is the path without ids and query."""

    method: str
    template: str
    url: str
    body: bytes | None
    idempotent: bool
    headers: Mapping[str, str] = field(repr=False)
    fits: Fits = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def request(self, token: str) -> Request:
        headers = {**self.headers, "Authorization": f"Bearer {token}"}
        return Request(self.method, self.url, headers, self.body)


class Client:
    """Sends requests to one API with one token source. Safe for many tasks of one event loop."""

    def __init__(
        self,
        api: Api,
        transport: Transport,
        tokens: Tokens,
        limiter: RateLimiter,
        patience: Patience,
        *,
        observer: Observer = ignore,
        timeout: float = EXCHANGE_SECONDS,
    ) -> None:
        self._api = api
        self._transport = transport
        self._tokens = tokens
        self._limiter = limiter
        self._patience = patience
        self._clock = patience.clock
        self._observer = observer
        self._timeout = timeout
        self._clock_offset: timedelta | None = None

    @property
    def api(self) -> Api:
        """The API it sends to."""
        return self._api

    @property
    def clock_offset(self) -> timedelta | None:
        """The server's clock minus ours, by the last answer's ``Date``; None before the first.

        Exact to a second and the time the answer took.
        """
        return self._clock_offset

    async def request(
        self,
        method: str,
        path: str,
        *,
        ids: Mapping[str, str] | None = None,
        query: Query | None = None,
        json: object = None,
        idempotent: bool = True,
        fits: Fits = _any,
    ) -> Response:
        """The 2xx answer to a request; ``path`` is a template whose ``{names}`` are in ``ids``.

        Failures that pass are repeated, 401 with a fresh token, twice. A request that is not
        ``idempotent`` is repeated too: ``possibly_repeated`` of the answer counts the attempts that
        may have been carried out besides, as ``unknown`` of an error does. A 2xx body that does not
        ``fit`` is a failure that passes.

        Raises CredentialsError (401 to fresh tokens too), PermissionMissing (403), RequestRefused
        (any other answer below 500), ProviderUnreachable (attempts or patience used up, or the
        provider asks to be left alone for longer than patience) and MalformedAnswer (used up by
        answers that do not fit). ``retry_after`` of an error says when it may be asked again.
        """
        url = self._url(path.format(**_quoted(ids)), query)
        call = _call(method, path, url, json, idempotent=idempotent, fits=fits)
        try:
            outcome, tries = await self._settle(call, Tries())
            for _ in range(FRESH_TOKENS):
                if isinstance(outcome, Response) and outcome.status == UNAUTHORIZED:
                    outcome, tries = await self._settle(call, tries)
            answer = self._answered(call, outcome, tries)
        except TrunklineError as error:
            error.unknown = 0 if idempotent else error.unknown
            raise
        return answer if idempotent else replace(answer, possibly_repeated=tries.unknown)

    def _answered(self, call: _Call, outcome: Outcome, tries: Tries) -> Response:
        """The outcome if it is a 2xx answer; else its error."""
        if isinstance(outcome, Response) and 200 <= outcome.status < 300:
            return outcome
        error: TrunklineError
        if isinstance(outcome, TransportFailure) or is_retried(outcome):
            at = f"{self._api.provider}, host {self._api.host}"
            now = self._clock.now()
            error = unreachable(at, str(call), outcome, tries, now, idempotent=call.idempotent)
        else:
            refusal = self._api.read_refusal(outcome)
            error = refused(self._api.provider, str(call), outcome.status, refusal)
        error.unknown = tries.unknown
        raise error

    def _url(self, path: str, query: Query | None) -> str:
        return self._api.url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")

    async def _settle(self, call: _Call, tries: Tries) -> tuple[Outcome, Tries]:
        """Repeat until the outcome is final or patience ends."""

        async def send(tries: Tries) -> Outcome:
            try:
                return await self._exchange(call, tries)
            except Held as held:
                return held

        return await repeat(send, self._patience, self._limiter.hold, tries)

    async def _exchange(self, call: _Call, tries: Tries) -> Outcome:
        """Wait for a turn, send once, and report it. Held where the turn is too far away."""
        wanted = self._clock.monotonic()
        async with self._limiter.slot(self._patience.left(tries)) as slot:
            token = await self._tokens.token()
            sent = self._clock.monotonic()
            slot.sent = sent
            outcome = await send_once(self._transport, call.request(token), self._timeout)
            slot.outcome = outcome
        self._learn(outcome, token)
        times = (wanted, sent, self._clock.monotonic())
        self._observer(
            report(
                call.method,
                call.template,
                outcome,
                times,
                tries.exchanges + 1,
                idempotent=call.idempotent,
                correlation_header=self._api.correlation_header,
                asked=asked_wait(outcome, self._clock.now()),
            )
        )
        return _fitting(_timed(outcome, times), call.fits)

    def _learn(self, outcome: Outcome, token: str) -> None:
        if not isinstance(outcome, Response):
            return
        if outcome.status == UNAUTHORIZED:
            self._tokens.invalidate(token)
        offset = _offset(outcome, self._clock.now())
        self._clock_offset = self._clock_offset if offset is None else offset


def _call(
    method: str, template: str, url: str, json: object, *, idempotent: bool, fits: Fits
) -> _Call:
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    body = None
    if json is not None:
        body = msgspec.json.encode(json)
        headers["Content-Type"] = "application/json"
    return _Call(method, template, url, body, idempotent, headers, fits)


def _timed(outcome: Outcome, times: tuple[float, float, float]) -> Outcome:
    """The outcome; an answer with the time it took."""
    _, sent, over = times
    return replace(outcome, seconds=over - sent) if isinstance(outcome, Response) else outcome


def _fitting(outcome: Outcome, fits: Fits) -> Outcome:
    """The outcome, or Unfit in its place where it is a 2xx answer with another body."""
    if not isinstance(outcome, Response) or not 200 <= outcome.status < 300 or fits(outcome.body):
        return outcome
    return Unfit(f"status {outcome.status} and another body than asked for")


def _quoted(ids: Mapping[str, str] | None) -> dict[str, str]:
    """Ids as path segments: one that holds a slash stays one segment."""
    return {name: quote(value, safe="") for name, value in (ids or {}).items()}


def _offset(response: Response, now: datetime) -> timedelta | None:
    there = http_date(response.header("Date") or "")
    return None if there is None else there - now
