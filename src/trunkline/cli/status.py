"""``trunkline status``: whether the service of a data directory runs, and how it is."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from trunkline.cli.opening import settings_of
from trunkline.cli.telling import put, visible
from trunkline.engine.health_file import status
from trunkline.errors import IncompleteData


@click.command("status")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show whether `trunkline sync --follow` runs in the data directory, and how it is.

    Requests nothing. The exit status is 0 where it runs and its last success is no older than
    three rounds, else 4. What it shows is in health.json of the data directory, too.

    Example:

    \b
        trunkline status || echo "look at the log of trunkline"
    """
    found = status(settings_of(ctx).home, datetime.now(UTC))
    for line in found.lines:
        put(visible(line))
    if not found.healthy:
        ctx.exit(IncompleteData.exit_status)
