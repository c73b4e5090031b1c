"""``trunkline doctor``: look for everything a query needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import click

from trunkline.cli.asked import instant
from trunkline.cli.opening import settings_of
from trunkline.cli.telling import put, visible
from trunkline.config import Settings
from trunkline.engine import Engine, Options
from trunkline.engine.doctor import examine, unknown_finding
from trunkline.engine.findings import Finding, Health
from trunkline.engine.verifying import findings as counts_of
from trunkline.errors import ConfigError, UsageError

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
@click.pass_context
def command(ctx: click.Context, /, *, verify: bool, **given: Any) -> None:
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
    findings = asyncio.run(_shown(settings))
    if verify and not any(finding.error for finding in findings):
        options = Options(max_requests=given["max_requests"])
        findings += asyncio.run(_verify(settings, start, end, options))
    worst = next((finding.error for finding in findings if finding.error), None)
    if worst is not None:
        ctx.exit(worst.exit_status)


async def _verify(
    settings: Settings, start: datetime | None, end: datetime | None, options: Options
) -> list[Finding]:
    engine = Engine(settings)
    try:
        verified = await engine.verify(start, end, options, lambda _: None)
    finally:
        engine.close()
    found = counts_of(verified)
    for finding in found:
        _show(finding)
    return found


async def _shown(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    try:
        async for finding in _findings(settings):
            _show(finding)
            findings.append(finding)
    except ConfigError as error:
        finding = Finding("settings", Health.BAD, error.message, error.hint, error)
        _show(finding)
        findings.append(finding)
    return findings


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    """What is found with the provider, then in the data directory, which any query would make."""
    engine = Engine(settings)
    try:
        with engine.recorded("doctor") as recording:
            async for finding in examine(settings, engine.seams, engine.catalog, recording.note):
                yield finding
        yield unknown_finding(engine)
    finally:
        engine.close()


def _show(finding: Finding) -> None:
    state = click.style(f"{finding.health.value:<8}", fg=COLOURS[finding.health])
    put(f"{state} {visible(f'{finding.what}: {finding.detail}')}")
    if finding.advice:
        put(f"         {visible(finding.advice)}")
