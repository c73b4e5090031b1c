"""``trunkline explain``: the plan, and what it costs, before it is paid."""

from __future__ import annotations

import click

from trunkline.cli import statement
from trunkline.cli.asked import parameters
from trunkline.cli.opening import engine_of
from trunkline.cli.options import NO_AGGREGATES, NO_TAIL, PARAM, PUSHDOWN, TIMEZONE
from trunkline.cli.telling import put
from trunkline.engine import Options


@click.command("explain")
@click.argument("sql", required=False)
@click.option("-f", "--file", metavar="FILE", help="Read the SQL from a file.")
@TIMEZONE
@PARAM
@NO_TAIL
@PUSHDOWN
@NO_AGGREGATES
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sql: str | None,
    file: str | None,
    params: tuple[str, ...],
    *,
    no_tail: bool,
    no_aggregates: bool,
    **given: str | None,
) -> None:
    """Show what a query would call, what that costs and what is already held.

    Calls nothing and needs no credentials.

    Example:

    \b
        trunkline explain "SELECT count(*) FROM conversations
                           WHERE date_trunc('year', conversation_start) = DATE '2025-01-01'"
    """
    text = statement.read(sql, file)
    options = Options(
        time_zone=given["timezone"],
        tail=False if no_tail else None,
        parameters=parameters(params),
        pushdown=given["pushdown"],
        aggregates=False if no_aggregates else None,
    )
    with engine_of(ctx) as engine, statement.pointed_at(text):
        put(str(engine.explain(text, options)))
