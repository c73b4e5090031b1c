"""``trunkline explain``: the plan, and what it costs, before it is paid."""

from __future__ import annotations

import click

from trunkline.cli import statement
from trunkline.cli.opening import engine_of
from trunkline.cli.telling import put
from trunkline.engine import Options


@click.command("explain")
@click.argument("sql", required=False)
@click.option("-f", "--file", metavar="FILE", help="Read the SQL from a file.")
@click.option("--timezone", metavar="ZONE", help="Time zone of dates without one.")
@click.option("--no-tail", is_flag=True, help="Ask for nothing past the watermark.")
@click.pass_context
def command(
    ctx: click.Context, /, sql: str | None, file: str | None, timezone: str | None, *, no_tail: bool
) -> None:
    """Show what a query would call, what that costs and what is already held.

    Calls nothing and needs no credentials.

    Example:

    \b
        trunkline explain "SELECT count(*) FROM conversations
                           WHERE date_trunc('year', conversation_start) = DATE '2025-01-01'"
    """
    text = statement.read(sql, file)
    options = Options(time_zone=timezone, tail=False if no_tail else None)
    with engine_of(ctx) as engine, statement.pointed_at(text):
        put(str(engine.explain(text, options)))
