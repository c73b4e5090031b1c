"""The check-up: each finding says what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Iterable
from datetime import timedelta
from typing import TypeVar

from trunkline import private
from trunkline.catalog import Catalog, Dataset
from trunkline.config import Settings
from trunkline.engine import permission_table
from trunkline.engine.connect import connected, genesys_hosts
from trunkline.engine.engine import Engine
from trunkline.engine.findings import Finding, Health
from trunkline.engine.permission_table import Told
from trunkline.engine.rights import CLOCK_TOLERANCE
from trunkline.engine.seams import Seams
from trunkline.engine.unknown_fields import unknown_fields
from trunkline.errors import ConfigError, PermissionMissing, RequestRefused, TrunklineError
from trunkline.http.exchange import Observer, ignore
from trunkline.interval import iso
from trunkline.providers import Division
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.limits import ANALYTICS, JOBS_AT_ONCE, PLATFORM, TOKEN_RATE
from trunkline.secrets import files_of

T = TypeVar("T")

NOT_FOUND = 404
NAMED = 5  # unknown names, or tables, in one line

_NOT_TOLD = (
    "Queries work without them: they keep to 300 requests a minute, or to what each answer says. "
    "If jobs are refused as too many, set jobs_in_flight lower."
)


async def examine(
    settings: Settings, seams: Seams, catalog: Catalog, observe: Observer = ignore
) -> AsyncGenerator[Finding]:
    """Look at everything that can be wrong, in the order in which one thing needs another.

    ``observe`` hears of every exchange. Ends early where nothing further can be learned: without a
    token there is nothing to ask. Raises ConfigError where there is not enough to connect with.
    """
    found = genesys_hosts(settings.genesys)
    yield Finding("settings", Health.GOOD, f"region {found.region}, API {found.api}")
    for finding in _open_to_others(settings):
        yield finding
    async with connected(settings, seams, observe) as provider:
        try:
            token = await provider.token_info()
        except TrunklineError as error:
            yield _bad("host and token", error)
            return
        yield Finding("host and token", Health.GOOD, f"client {token.client_name or 'unnamed'}")
        yield await _guarded("organisation", _organization(provider, settings))
        told = await _or_error(provider.grants(settings.genesys.client_id))
        known = await _or_error(provider.divisions())
        yield await _guarded("divisions", _divisions(known, told, catalog))
        for dataset in (of for of in catalog.datasets if of.tells_watermark and not of.is_list):
            yield await _permission(provider, catalog, dataset)
        found_divisions = () if isinstance(known, TrunklineError) else known
        yield permission_table.permissions(told, found_divisions, catalog)
        yield _clock(provider.clock_offset)
        yield await _guarded("rate limits", _limits(provider, settings))


def _open_to_others(settings: Settings) -> Iterable[Finding]:
    """The files that secrets stand in, and the data directory, where others can read them."""
    paths = *settings.secrets_in, *files_of(settings), *files_of(settings.genesys), settings.home
    modes = ((path, private.open_to_others(path)) for path in paths)
    if told := [f"{path} (mode {mode})" for path, mode in modes if mode]:
        yield Finding(
            "secrets at rest",
            Health.WARNING,
            f"other users of this machine can read {', '.join(told)}",
            f"chmod go= {' '.join(str(path) for path in paths if private.open_to_others(path))}",
        )


def unknown_finding(engine: Engine) -> Finding:
    """What the vendor has added since the tables were declared, in the pages that are held."""
    sources = engine.sources()
    rows = unknown_fields(sources.coverage(), sources.unknown())
    names = [f"{path} ({occurrences:,})" for _, _, path, _, _, occurrences, *_ in rows]
    if not names:
        return Finding("unknown attributes", Health.GOOD, "none in what is held")
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return Finding(
        "unknown attributes",
        Health.WARNING,
        f"{', '.join(names[:NAMED])}{more}",
        "No table has them yet; nothing else is lost by them. Unknown metrics are in "
        "session_metrics. SELECT * FROM trunkline.unknown_fields lists all, with their days.",
    )


async def _guarded(what: str, look: Awaitable[Finding]) -> Finding:
    try:
        return await look
    except TrunklineError as error:
        return _bad(what, error)


def _bad(what: str, error: TrunklineError) -> Finding:
    return Finding(what, Health.BAD, error.message, error.hint, error)


async def _organization(provider: GenesysCloud, settings: Settings) -> Finding:
    organization = await provider.organization()
    name, wanted = organization.short_name, settings.genesys.org
    variable = f"{settings.genesys.variables}ORG"
    detail = f"{organization.name}, short name {name or 'not told'}"
    if not wanted:
        advice = f"Set {variable}={name} to be sure that it is always this one." if name else None
        return Finding("organisation", Health.WARNING, f"{detail}; none is configured", advice)
    if (name or "").lower() != wanted.lower():
        theirs = repr(name) if name else f"{organization.name}, which tells no short name"
        error = ConfigError(f"the client belongs to {theirs}, {variable} says {wanted!r}")
        advice = f"Correct {variable}, or use the OAuth client of the organisation you mean."
        return Finding("organisation", Health.BAD, error.message, advice, error)
    return Finding("organisation", Health.GOOD, detail)


async def _or_error(look: Awaitable[T]) -> T | TrunklineError:
    """What is read, or why it cannot be: more than one finding needs it."""
    try:
        return await look
    except TrunklineError as error:
        return error


async def _divisions(
    known: tuple[Division, ...] | TrunklineError, told: Told, catalog: Catalog
) -> Finding:
    if isinstance(known, TrunklineError):
        raise known
    return permission_table.divisions(known, told, catalog)


async def _permission(provider: GenesysCloud, catalog: Catalog, dataset: Dataset) -> Finding:
    """Asking for the watermark needs the permission that the dataset's jobs need."""
    of_it = catalog.of(dataset)
    tables = ", ".join(table.shown for table in of_it)
    which = f"{len(of_it)} tables" if len(of_it) > NAMED else tables
    needed = " or ".join(dataset.permissions)
    what = f"permission {needed}"
    try:
        watermark = await provider.availability(dataset)
    except PermissionMissing as error:
        advice = (
            f"Without it these tables cannot be fetched: {tables}. In Genesys Cloud, Admin > "
            f"Roles/Permissions: add {needed} to the role of the OAuth client, in every division."
        )
        return Finding(what, Health.BAD, error.message, advice, error)
    except TrunklineError as error:
        return _bad(what, error)
    return Finding(what, Health.GOOD, f"for {which}; data is complete to {iso(watermark)}")


def _clock(offset: timedelta | None) -> Finding:
    if offset is None:
        return Finding("clock", Health.WARNING, "the provider does not tell its time")
    seconds = offset.total_seconds()
    if abs(offset) > CLOCK_TOLERANCE:
        return Finding(
            "clock",
            Health.WARNING,
            f"this machine is {abs(seconds):,.0f} s {'behind' if seconds > 0 else 'ahead'}",
            "Set it by NTP: 'now' in a query means this machine's clock.",
        )
    return Finding("clock", Health.GOOD, f"within {max(abs(seconds), 1):.0f} s of the provider's")


async def _limits(provider: GenesysCloud, settings: Settings) -> Finding:
    """They are asked for to advise: requests are paced by what each answer says."""
    told, untold = await _told(provider)
    rate, at_once = told.get(TOKEN_RATE), told.get(JOBS_AT_ONCE)
    parts = [f"{rate:,} requests a minute" if rate else "requests a minute: not told"]
    if at_once is not None:
        parts.append(f"{at_once} detail jobs at once")
    parts.append(f"rate_share {settings.rate_share:g}")
    detail = ", ".join([*parts, *untold])
    if at_once is not None and at_once < settings.jobs_in_flight:
        advice = f"Set jobs_in_flight to {at_once}; it is {settings.jobs_in_flight}."
        return Finding("rate limits", Health.WARNING, detail, advice)
    if untold:
        return Finding("rate limits", Health.WARNING, detail, _NOT_TOLD)
    return Finding("rate limits", Health.GOOD, detail)


async def _told(provider: GenesysCloud) -> tuple[dict[str, int], list[str]]:
    """The limits, and a line for each namespace that is not there or not for this client."""
    told: dict[str, int] = {}
    untold: list[str] = []
    for namespace in (PLATFORM, ANALYTICS):
        try:
            told |= await provider.limits(namespace)
        except (PermissionMissing, RequestRefused) as error:
            if isinstance(error, RequestRefused) and error.status != NOT_FOUND:
                raise
            untold.append(f"{namespace}: not told ({error.message})")
    return told, untold
