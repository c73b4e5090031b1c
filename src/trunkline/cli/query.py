"""``trunkline query``: SQL in, rows out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from trunkline.cli import output, statement
from trunkline.cli.asked import moment, parameters, require_place
from trunkline.cli.formats import FORMATS, write
from trunkline.cli.opening import engine_of
from trunkline.cli.options import DOOR, NO_AGGREGATES, NO_TAIL, PARAM, PUSHDOWN, TIMEZONE, VERIFY
from trunkline.cli.preparing import ask, prepare
from trunkline.cli.telling import tell
from trunkline.engine import Options
from trunkline.errors import UsageError

STDERR = "-"


class _Query(click.Command):
    """A command whose ``--certificate`` takes a value after ``=`` only, as GNU's options do.

    Otherwise `--certificate "SELECT ..."` would take the question for a file's name.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a bare ``--certificate`` the value that stands for stderr."""
        told = [f"--certificate={STDERR}" if arg == "--certificate" else arg for arg in args]
        return super().parse_args(ctx, told)


@click.command("query", cls=_Query)
@click.argument("sql", required=False)
@click.option("-f", "--file", metavar="FILE", help="Read the SQL from a file.")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    default="table",
    show_default=True,
    help="How rows are written.",
)
@click.option("-o", "--output", metavar="FILE", help="Write rows to a file, not to stdout.")
@TIMEZONE
@PARAM
@click.option(
    "--max-requests",
    type=click.IntRange(1),
    metavar="N",
    help="Requests it may take; default: the setting max_requests.",
)
@click.option("--allow-partial", is_flag=True, help="Answer although intervals are missing.")
@click.option("--covered", is_flag=True, help="Answer from what is held; request nothing.")
@NO_TAIL
@PUSHDOWN
@NO_AGGREGATES
@VERIFY
@click.option("--as-of", metavar="WHEN", help="A snapshot's number or a time; requests nothing.")
@click.option(
    "--certificate",
    metavar="[=FILE]",
    help="Write the completeness certificate to a file, or to stderr.",
)
@click.option("--quiet", is_flag=True, help="No progress; notices and errors only.")
@click.pass_context
def command(ctx: click.Context, /, sql: str | None, file: str | None, **given: Any) -> None:
    """Run one SELECT; fetch what it needs and is not held yet, then answer.

    Example:

    \b
        trunkline query --format csv --timezone Australia/Sydney "
            SELECT date_trunc('month', conversation_start) AS month, count(*) AS conversations
            FROM conversations
            WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
            GROUP BY month ORDER BY month"
    """
    text = statement.read(sql, file)
    output.check(given["form"], given["output"])
    if given["certificate"] not in {None, STDERR}:
        require_place(Path(given["certificate"]))
    with engine_of(ctx) as engine, statement.pointed_at(text):
        options = Options(
            time_zone=given["timezone"],
            max_requests=given["max_requests"],
            allow_partial=given["allow_partial"],
            covered=given["covered"],
            as_of=moment(given["as_of"], given["timezone"] or engine.settings.timezone),
            confirm=ask,
            parameters=parameters(given["params"]),
            tail=False if given["no_tail"] else None,
            pushdown=given["pushdown"],
            aggregates=False if given["no_aggregates"] else None,
            verify=given["verify"],
            door=DOOR,
        )
        prepared = prepare(engine, text, options, quiet=given["quiet"])
        with (
            engine.answer(prepared) as answer,
            output.sink(given["form"], given["output"]) as sink,
        ):
            write(given["form"], answer, sink, prepared.time_zone)
    if given["certificate"]:
        _write_certificate(prepared.certificate, given["certificate"])


def _write_certificate(certificate: dict[str, Any], target: str) -> None:
    text = msgspec.json.format(msgspec.json.encode(certificate), indent=2)
    if target == STDERR:
        tell(text.decode())
        return
    try:
        with output.replaced(Path(target)) as file:
            file.write(text + b"\n")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error
