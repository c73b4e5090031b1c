"""``trunkline doctor``: look for everything a query needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import click

from trunkline.cli.opening import settings_of
from trunkline.cli.telling import put, visible
from trunkline.config import Settings
from trunkline.engine import Engine
from trunkline.engine.doctor import Finding, Health, examine, unknown_finding
from trunkline.errors import ConfigError

COLOURS = {Health.GOOD: "green", Health.WARNING: "yellow", Health.BAD: "red"}


@click.command("doctor")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Check settings, host, token, organisation, divisions, permissions, clock and rate limits.

    Each finding that is not good says what to do. The exit status is that of the first bad one.

    Example:

    \b
        trunkline doctor
    """
    findings = asyncio.run(_shown(settings_of(ctx)))
    worst = next((finding.error for finding in findings if finding.error), None)
    if worst is not None:
        ctx.exit(worst.exit_status)


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
