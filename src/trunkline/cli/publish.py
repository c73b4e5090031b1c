"""``trunkline publish``: the landed tables in the user's own PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console

from trunkline.cli.asked import instant
from trunkline.cli.opening import engine_of
from trunkline.cli.options import ORG, TIMEZONE
from trunkline.cli.telling import put, tell
from trunkline.engine import Engine
from trunkline.errors import Interrupted, UsageError
from trunkline.publish import Target, Wish, publish, target_of
from trunkline.publish.progress import Day, Observe
from trunkline.publish.target import is_target
from trunkline.wording import counted

_PLAIN_EVERY = 31  # days a line, where nobody watches a terminal


@click.command("publish")
@click.argument("target", metavar="URL")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option("--from", "start", metavar="WHEN", help="First date or time, in the time zone.")
@click.option("--to", "end", metavar="WHEN", help="Where it ends, not included.")
@click.option("--schema", metavar="NAME", help="Schema of the target; default: the organisation.")
@click.option("--adopt", is_flag=True, help="Go on with a schema that another client filled.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@ORG
@TIMEZONE
@click.option("--quiet", is_flag=True, help="No progress; notices, errors and the summary only.")
@click.pass_context
def command(ctx: click.Context, /, target: str, tables: tuple[str, ...], **given: Any) -> None:
    """Keep the landed tables in a PostgreSQL of yours, with keys and comments.

    URL is what psql takes: postgresql://user@host/database, or "host=... dbname=...", or
    service=NAME. Leave the password out of it, and in ~/.pgpass or PGPASSWORD: what stands on a
    command line can be seen by others.

    Each organisation has a schema of its name. What is held is published, and nothing is fetched:
    run sync first. Only days that have changed since the last time are written, each in one
    transaction, so it can be stopped and repeated at any time. Without a TABLE, all of them but
    those of finance, which are published where they are named, into a schema of their own, and
    those of which nothing is held, save conversations.

    Example:

    \b
        trunkline publish postgresql://loader@db.example.com/warehouse
        trunkline publish service=warehouse --from 2025-03-01 --to 2025-04-01 --dry-run
    """
    to = target_of(target)
    if any(is_target(name) for name in tables):
        raise UsageError("one target at a time, and it comes before the tables")
    if to.has_password:
        tell("notice: a password on the command line can be seen by others; ~/.pgpass hides it")
    with engine_of(ctx) as engine:
        for wish in _wishes(engine, tables, given):
            _publish(engine, to, wish, quiet=given["quiet"])


def _wishes(engine: Engine, tables: tuple[str, ...], given: dict[str, Any]) -> Iterator[Wish]:
    """One for each organisation that it is about."""
    zone = given["timezone"] or engine.settings.timezone
    owned: dict[str, list[str]] = {}
    for name in tables:
        catalog, _ = engine.catalogs.named(name)
        owned.setdefault(catalog.schema, []).append(name)
    names = [*owned] or ([given["org"]] if given["org"] else list(engine.catalogs.names))
    if given["schema"] and len(names) > 1:
        raise UsageError("--schema is for one organisation", hint="Say which one with --org.")
    for name in names:
        yield Wish(
            tables=tuple(owned.get(name, ())),
            start=instant(given["start"], zone, "--from"),
            end=instant(given["end"], zone, "--to"),
            organization=name,
            schema=given["schema"],
            adopt=given["adopt"],
            dry_run=given["dry_run"],
        )


def _publish(engine: Engine, target: Target, wish: Wish, *, quiet: bool) -> None:
    try:
        with _watching(quiet=quiet) as observe:
            done = publish(engine, target, wish, observe)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted",
            hint="The days that were committed stay. Publish again to go on where it was.",
        ) from None
    for one in done:
        for notice in one.notices:
            tell(f"notice: {notice}")
        put(str(one))


@contextmanager
def _watching(*, quiet: bool) -> Iterator[Observe]:
    """Days as they are done: one line that changes on a terminal, one a month elsewhere."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with Console(stderr=True).status("connecting …") as status:
            yield lambda day: status.update(_said(day))
    else:
        yield _plain


def _plain(day: Day) -> None:
    if day.done == day.total or day.done % _PLAIN_EVERY == 0:
        tell(_said(day))


def _said(day: Day) -> str:
    return f"{day.schema}: {day.day}, {day.done:,} of {counted(day.total, 'day')}"
