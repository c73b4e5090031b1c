"""What crosses the seam: requests, responses, and the ways an exchange can fail.

The failures are private to this package; ``client`` turns them into errors a user can act on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from trunkline.errors import ConfigError

Offload = Callable[..., Awaitable[Any]]
"""Runs a function away from the event loop: ``await offload(function, *arguments)``."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Its repr shows neither headers nor body: they hold the token."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, its body decompressed; ``received`` is its size on the wire in bytes.

    ``possibly_repeated`` is set by ``Client``: how many earlier attempts at a request that must not
    be repeated ended without our knowing whether they were carried out. So is ``seconds``: how long
    it took from when the request was sent.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    received: int = 0
    possibly_repeated: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        lower = {name.lower(): value for name, value in self.headers.items()}
        object.__setattr__(self, "headers", lower)

    def header(self, name: str) -> str | None:
        """A header by name in any case; None if it is not there."""
        return self.headers.get(name.lower())


class TransportFailure(Exception):
    """An exchange that brought no answer.

    ``kind`` names it in reports. ``may_have_acted`` says whether the server can have carried the
    request out. ``passing`` says whether a repetition can go better. ``reason`` is the system's own
    word on it and holds no data.
    """

    kind: ClassVar[str] = "failed"
    may_have_acted: ClassVar[bool] = True
    passing: ClassVar[bool] = True

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.kind)
        self.reason = reason or self.kind


class ConnectionFailed(TransportFailure):
    """No connection: nothing was sent."""

    kind = "connection failed"
    may_have_acted = False


class CertificateRefused(TransportFailure):
    """TLS could not be agreed on or the certificate is not trusted: nothing was sent."""

    kind = "certificate refused"
    may_have_acted = False
    passing = False


class ConnectionLost(TransportFailure):
    """The connection went after the request, or part of it, was sent."""

    kind = "connection lost"


class BodyTruncated(TransportFailure):
    """The answer's body is shorter than it should be, or does not decompress."""

    kind = "body truncated"


class TimedOut(TransportFailure):
    """No complete answer in the time allowed."""

    kind = "timed out"


class Unfit(TransportFailure):
    """An answer that ended well and is not what was asked for: a proxy's maintenance page, say."""

    kind = "another answer"


Outcome = Response | TransportFailure


class Transport(Protocol):
    """The seam. Tests answer requests in memory."""

    async def send(self, request: Request, timeout: float) -> Response:
        """Send one request and read the whole answer within ``timeout`` seconds.

        Raises a TransportFailure where there is no whole answer, ConfigError for a URL that would
        carry the token in clear.
        """
        ...

    async def close(self) -> None:
        """Give up connections that are kept open."""
        ...


def is_loopback(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_safe(url: str) -> None:
    """ConfigError unless the URL is https, or http to this machine (a simulator)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host))):
        raise ConfigError(
            f"{parts.scheme or 'no scheme'}://{host} would carry the access token in clear",
            hint="Use an https address; plain http is allowed only to this machine.",
        )
