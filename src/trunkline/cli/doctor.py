"""``trunkline doctor``: look for everything a query needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

import click

from trunkline.cli.asked import instant
from trunkline.cli.opening import settings_of
from trunkline.cli.options import ORG
from trunkline.cli.telling import put, visible
from trunkline.engine import Engine, Options
from trunkline.engine.doctor import examine, unknown_finding
from trunkline.engine.fetching import Parts
from trunkline.engine.findings import Finding, Health
from trunkline.engine.verifying import findings as counts_of
from trunkline.errors import ConfigError, TrunklineError, UsageError

Span = tuple[datetime | None, datetime | None]
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
@ORG
@click.pass_context
def command(ctx: click.Context, /, *, verify: bool, org: str | None, **given: Any) -> None:
    """Check settings, host, token, divisions, permissions, clock, rate limits and what is held.

    Each finding that is not good says what to do. The exit status is that of the first bad one.
    --verify asks the provider how many conversations began on each final day that is held, one
    request a day, and names the days where that is another number.

    Example:

    \b
        trunkline doctor
        trunkline doctor --verify --from 2025-03-01 --to 2025-04-01
    """
    settings = settings_of(ctx)
    if not verify and any(value is not None for value in given.values()):
        raise UsageError("--from, --to, --timezone and --max-requests are for --verify")
    zone = given["timezone"] or settings.timezone
    start, end = (instant(given[n], zone, f"--{o}") for n, o in _BOUNDS.items())
    options = Options(max_requests=given["max_requests"])
    try:
        engine = Engine(settings)
    except ConfigError as error:
        _show(_wrong(error))
        ctx.exit(error.exit_status)
    try:
        each = (engine.of(org),) if org else engine.each
        worst = asyncio.run(_looked_at(engine, each, (start, end), options, verify=verify))
    finally:
        engine.close()
    if worst is not None:
        ctx.exit(worst.exit_status)


async def _looked_at(
    engine: Engine, each: Sequence[Parts], span: Span, options: Options, *, verify: bool
) -> TrunklineError | None:
    """One organisation after the other, then the data directory; the first error."""
    found: dict[str, list[Finding]] = {}
    for parts in each:
        _head(engine, parts)
        found[parts.organization] = await _shown(_findings(engine, parts))
    if any(
        finding.what != "settings" or not finding.error for of in found.values() for finding in of
    ):
        if engine.catalogs.is_several:
            put(click.style("the data directory", bold=True))
        _show(unknown_finding(engine))
    for parts in each if verify else ():
        if not any(finding.error for finding in found[parts.organization]):
            _head(engine, parts)
            found[parts.organization] += await _verify(engine, parts, span, options)
    errors = (finding.error for of in found.values() for finding in of)
    return next((error for error in errors if error), None)


def _head(engine: Engine, parts: Parts) -> None:
    if engine.catalogs.is_several:
        put(click.style(f"organisation {parts.organization}", bold=True))


async def _verify(engine: Engine, parts: Parts, span: Span, options: Options) -> list[Finding]:
    verified = await engine.verify(*span, options, lambda _: None, parts.organization)
    found = counts_of(verified)
    for finding in found:
        _show(finding)
    return found


async def _shown(looking: AsyncGenerator[Finding]) -> list[Finding]:
    findings: list[Finding] = []
    try:
        async with aclosing(looking):  # also where nobody reads on
            async for finding in looking:
                _show(finding)
                findings.append(finding)
    except ConfigError as error:
        _show(_wrong(error))
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
