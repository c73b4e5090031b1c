"""From settings to an open connection to a provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from trunkline.config import GenesysSettings, Settings
from trunkline.engine.seams import Seams
from trunkline.errors import ConfigError
from trunkline.http.auth import Credentials, TokenSource
from trunkline.http.client import Api, Client
from trunkline.http.exchange import Observer, Patience
from trunkline.http.hold import Holds
from trunkline.http.ratelimit import RateLimiter
from trunkline.http.retry import RetryPolicy
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.limits import RATE
from trunkline.providers.genesys.refusals import CORRELATION_HEADER, read_refusal
from trunkline.providers.genesys.regions import Hosts, hosts
from trunkline.providers.genesys.tables import TABLES
from trunkline.secrets import is_told, secret


def genesys_hosts(settings: GenesysSettings) -> Hosts:
    """The hosts to talk to; ConfigError where something that is needed is not set."""
    missing = [
        f"{settings.variables}{name.upper()}"
        for name, is_set in (
            ("client_id", settings.client_id),
            ("client_secret", is_told(settings, "client_secret")),
        )
        if not is_set
    ]
    if not settings.region and not (settings.api_url and settings.login_url):
        missing.append(f"{settings.variables}REGION")
    if missing:
        raise ConfigError(
            f"not set: {', '.join(missing)}",
            hint="Set them in the environment, in .env or in trunkline.toml; "
            "`trunkline demo` needs no account.",
        )
    for name, url in (("API_URL", settings.api_url), ("LOGIN_URL", settings.login_url)):
        if url and not _is_address(url):
            raise ConfigError(
                f"{settings.variables}{name} is no address of a host",
                hint="Write it as https://api.mypurecloud.de, without a user or a password: it is "
                "shown, and stands in messages.",
            )
    if settings.api_url and settings.login_url:
        return Hosts(settings.region or settings.api_url, settings.api_url, settings.login_url)
    found = hosts(settings.region)
    api, login = settings.api_url or found.api, settings.login_url or found.login
    return Hosts(found.region, api, login)


def _is_address(url: str) -> bool:
    try:
        read = urlsplit(url)
        return bool(read.scheme in {"http", "https"} and read.hostname) and "@" not in read.netloc
    except ValueError:
        return False


@asynccontextmanager
async def connected(
    settings: Settings, seams: Seams, observer: Observer, holds: Holds | None = None
) -> AsyncIterator[GenesysCloud]:
    """A provider with its token source, rate limit and report of every exchange.

    ``holds`` are what its hosts asked for in earlier runs.
    """
    holds = holds or Holds.none(seams.clock)
    found = genesys_hosts(settings.genesys)
    transport = seams.transport()
    credentials = Credentials(
        provider="Genesys Cloud",
        region=found.region,
        login_url=found.login,
        client_id=settings.genesys.client_id,
        client_secret=secret(settings.genesys, "client_secret"),
    )
    patience = Patience(seams.clock, RetryPolicy(), seams.random)
    tokens = TokenSource(credentials, transport, patience, observer, holds.login)
    limiter = RateLimiter(RATE, seams.clock, settings.rate_share, holds.api)
    client = Client(
        Api("Genesys Cloud", found.api, read_refusal, CORRELATION_HEADER),
        transport,
        tokens,
        limiter,
        patience,
        observer=observer,
    )
    try:
        yield GenesysCloud(client, TABLES, offload=seams.offload)
    finally:
        await transport.close()
