"""``trunkline doctor``: look for everything a query needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import click
import msgspec

from trunkline.cli import permission_table
from trunkline.cli.asked import instant
from trunkline.cli.opening import settings_of
from trunkline.cli.options import ORG
from trunkline.cli.telling import put, tell, visible
from trunkline.engine import Engine, Options
from trunkline.engine.doctor import examine, unknown_finding
from trunkline.engine.fetching import Parts
from trunkline.engine.findings import Finding, Health
from trunkline.engine.permission_table import definition, in_words
from trunkline.engine.registry import catalog
from trunkline.engine.verifying import findings as counts_of
from trunkline.errors import ConfigError, UsageError

Span = tuple[datetime | None, datetime | None]
Found = Mapping[str, Sequence[Finding]]
"""The findings of each organisation, and, without a name, those of the data directory."""

_BOUNDS = {"start": "from", "end": "to"}
COLOURS = {Health.GOOD: "green", Health.WARNING: "yellow", Health.BAD: "red"}


@click.command("doctor")
@click.option("--verify", is_flag=True, help="Compare held final days with the provider's counts.")
@click.option("--from", "start", metavar="WHEN", help="With --verify: the first date or time.")
@click.option("--to", "end", metavar="WHEN", help="With --verify: where it ends, not included.")
@click.option("--timezone", metavar="ZONE", help="With --verify: time zone of dates without one.")
@click.option(
    "--max-requests",
    type=click.IntRange(1),
    metavar="N",
    help="With --verify: requests it may take; default: the setting max_requests.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object in place of lines.")
@click.option(
    "--role",
    is_flag=True,
    help="Print the role that the client needs, as POST /api/v2/authorization/roles takes it, and "
    "check nothing.",
)
@ORG
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    verify: bool,
    as_json: bool,
    role: bool,
    org: str | None,
    **given: Any,
) -> None:
    """Check settings, host, token, divisions, permissions, clock, rate limits and what is held.

    Each finding that is not good says what to do; below the permissions stand all rows of the
    integration form's table. The exit status is that of the first bad finding: 3 where a permission
    is missing that a table needs. --verify asks the provider how many conversations began on each
    final day that is held, one request a day, and names the days where that is another number.
    --role needs no account: the definition goes to stdout, the same in words to stderr.

    Example:

    \b
        trunkline doctor
        trunkline doctor --json
        trunkline doctor --role > role.json
        trunkline doctor --verify --from 2025-03-01 --to 2025-04-01
    """
    if role:
        if verify or as_json or org or any(value is not None for value in given.values()):
            raise UsageError("--role stands alone: it checks nothing")
        _print_role()
        return
    settings = settings_of(ctx)
    if not verify and any(value is not None for value in given.values()):
        raise UsageError("--from, --to, --timezone and --max-requests are for --verify")
    zone = given["timezone"] or settings.timezone
    start, end = (instant(given[n], zone, f"--{o}") for n, o in _BOUNDS.items())
    options = Options(max_requests=given["max_requests"])
    way = _QUIET if as_json else _LINES
    try:
        engine = Engine(settings)
    except ConfigError as error:
        way.show(_wrong(error))
        _end(ctx, {"": [_wrong(error)]}, as_json=as_json)
        return
    try:
        each = (engine.of(org),) if org else engine.each
        found = asyncio.run(_looked_at(engine, each, (start, end), options, way, verify=verify))
    finally:
        engine.close()
    _end(ctx, found, as_json=as_json)


def _print_role() -> None:
    known = catalog()
    put(msgspec.json.format(msgspec.json.encode(definition(known)), indent=2).decode())
    for line in in_words(known):
        tell(line)


def _end(ctx: click.Context, found: Found, *, as_json: bool) -> None:
    """Exit with the status of the first error, once a program has been told everything."""
    errors = (finding.error for of in found.values() for finding in of)
    worst = next((error for error in errors if error), None)
    status = worst.exit_status if worst else 0
    if as_json:
        told = {"exit_status": status, "findings": [*_data(found)]}
        put(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
    ctx.exit(status)


def _data(found: Found) -> Iterator[Mapping[str, Any]]:
    for organization, of in found.items():
        for finding in of:
            told = {
                "organization": organization or None,
                "what": finding.what,
                "health": finding.health.value,
                "detail": finding.detail,
                "advice": finding.advice,
            }
            more = [permission_table.data(right) for right in finding.rights]
            yield told | ({"permissions": more} if more else {})


async def _looked_at(
    engine: Engine, each: Sequence[Parts], span: Span, options: Options, way: _Way, *, verify: bool
) -> Found:
    """One organisation after the other, then the data directory."""
    found: dict[str, list[Finding]] = {}
    for parts in each:
        _head(engine, parts, way)
        found[parts.organization] = await _shown(_findings(engine, parts), way)
    if any(
        finding.what != "settings" or not finding.error for of in found.values() for finding in of
    ):
        if engine.catalogs.is_several:
            way.head("the data directory")
        found[""] = [unknown_finding(engine)]
        way.show(found[""][0])
    for parts in each if verify else ():
        if not any(finding.error for finding in found[parts.organization]):
            _head(engine, parts, way)
            found[parts.organization] += await _verify(engine, parts, span, options, way)
    return found


def _head(engine: Engine, parts: Parts, way: _Way) -> None:
    if engine.catalogs.is_several:
        way.head(f"organisation {parts.organization}")


async def _verify(
    engine: Engine, parts: Parts, span: Span, options: Options, way: _Way
) -> list[Finding]:
    verified = await engine.verify(*span, options, lambda _: None, parts.organization)
    found = counts_of(verified)
    for finding in found:
        way.show(finding)
    return found


async def _shown(looking: AsyncGenerator[Finding], way: _Way) -> list[Finding]:
    findings: list[Finding] = []
    try:
        async with aclosing(looking):  # also where nobody reads on
            async for finding in looking:
                way.show(finding)
                findings.append(finding)
    except ConfigError as error:
        way.show(_wrong(error))
        findings.append(_wrong(error))
    return findings


def _wrong(error: ConfigError) -> Finding:
    return Finding("settings", Health.BAD, error.message, error.hint, error)


async def _findings(engine: Engine, parts: Parts) -> AsyncGenerator[Finding]:
    """What is found with the provider."""
    with engine.recorded("doctor") as recording:
        hear = partial(recording.note, organization=parts.organization)
        looking = examine(parts.settings, engine.seams, parts.catalog, hear)
        async with aclosing(looking):
            async for finding in looking:
                yield finding


def _show(finding: Finding) -> None:
    state = click.style(f"{finding.health.value:<8}", fg=COLOURS[finding.health])
    put(f"{state} {visible(f'{finding.what}: {finding.detail}')}")
    if finding.advice:
        put(f"         {visible(finding.advice)}")
    if finding.rights:
        permission_table.show(finding.rights)


@dataclass(frozen=True, slots=True)
class _Way:
    """How findings are told while they come."""

    head: Callable[[str], None]
    show: Callable[[Finding], None]


_LINES = _Way(lambda text: put(click.style(text, bold=True)), _show)
_QUIET = _Way(lambda _: None, lambda _: None)
