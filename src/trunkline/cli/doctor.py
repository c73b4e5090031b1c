"""``trunkline doctor``: look for everything a query needs."""

from __future__ import annotations

import asyncio

import click

from trunkline.cli.opening import settings_of
from trunkline.config import Settings
from trunkline.engine.doctor import Finding, Health, examine
from trunkline.engine.registry import catalog
from trunkline.engine.seams import real
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
    findings = asyncio.run(_examine(settings_of(ctx)))
    worst = next((finding.error for finding in findings if finding.error), None)
    if worst is not None:
        ctx.exit(worst.exit_status)


async def _examine(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    try:
        async for finding in examine(settings, real(), catalog()):
            _show(finding)
            findings.append(finding)
    except ConfigError as error:
        finding = Finding("settings", Health.BAD, error.message, error.hint, error)
        _show(finding)
        findings.append(finding)
    return findings


def _show(finding: Finding) -> None:
    state = click.style(f"{finding.health.value:<8}", fg=COLOURS[finding.health])
    click.echo(f"{state} {finding.what}: {finding.detail}")
    if finding.advice:
        click.echo(f"         {finding.advice}")
