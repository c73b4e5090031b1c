"""``trunkline powerbi``: files that open the server in Power BI, with no secret in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from trunkline.cli.asked import instant
from trunkline.cli.opening import settings_of
from trunkline.cli.telling import put
from trunkline.engine.registry import catalogs
from trunkline.errors import UsageError
from trunkline.servers.powerbi import Range, Source, files

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z|\[[0-9A-Fa-f:.]+\]\Z")


@click.command("powerbi")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--host", required=True, help="Host of `trunkline serve`, as Power BI reaches it.")
@click.option("--port", type=click.IntRange(1, 65_535), default=5433, help="Its port; 5433.")
@click.option("--database", default="lake", help="Its database; lake.")
@click.option("--organization", help="Whose views; by default the default organisation's.")
@click.option("--from", "start", help="First day or time to load at first; 30 days ago.")
@click.option("--to", "end", help="Day or time before which it ends; today.")
@click.pass_context
def command(ctx: click.Context, /, folder: Path, **given: Any) -> None:
    """Write files for Power BI into a folder: data sources to open, queries to paste.

    A .pbids file for Import and one for DirectQuery, the parameters RangeStart and RangeEnd, and a
    query for each view of the schema bi. None of them holds a user or a password: Power BI asks.

    Example:

    \b
        trunkline powerbi report --host gateway.example --from 2025-03-01 --to 2025-04-01
    """
    host, settings = given["host"], settings_of(ctx)
    if not _HOST.match(host):
        raise UsageError(
            "--host is no host", hint="Write its name or address alone: gateway.example."
        )
    known = catalogs(settings)
    views = known.of(given["organization"] or known.default.schema).star
    within = _range(given["start"], given["end"], settings.timezone)
    made = files(Source(host, given["port"], given["database"]), views, within)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    for name in made:
        put(str(folder / name))


def _range(start: str | None, end: str | None, zone: str) -> Range:
    """In UTC and without a zone, as parameters of Power BI are."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    last = instant(end, zone, "--to") or today
    first = instant(start, zone, "--from") or last - timedelta(days=30)
    if first >= last:
        raise UsageError("--from must be before --to")
    return Range(*(moment.astimezone(UTC).replace(tzinfo=None) for moment in (first, last)))
