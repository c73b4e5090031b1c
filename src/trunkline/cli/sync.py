"""``trunkline sync``: hold days before anybody asks for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import click

from trunkline.cli.asked import instant
from trunkline.cli.opening import engine_of
from trunkline.cli.options import DOOR, NO_TAIL, ORG, TIMEZONE, VERIFY
from trunkline.cli.preparing import ask
from trunkline.cli.progress import watching
from trunkline.cli.serving import served
from trunkline.cli.stopping import until_stopped
from trunkline.cli.telling import put, tell
from trunkline.engine import Engine, Options
from trunkline.engine.events import Observe
from trunkline.engine.options import never
from trunkline.engine.syncing import Synced, Wish, checked, not_taken
from trunkline.engine.together import together


@click.command("sync")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option("--from", "start", metavar="WHEN", help="First date or time, in the time zone.")
@click.option("--to", "end", metavar="WHEN", help="Where it ends, not included; default: now.")
@click.option("--refresh", is_flag=True, help="Fetch the days again although they are final.")
@click.option(
    "--recheck", is_flag=True, help="Fetch once more what is older than the setting recheck."
)
@click.option("--follow", is_flag=True, help="Go on for ever: again after refresh_after.")
@ORG
@NO_TAIL
@VERIFY
@TIMEZONE
@click.option(
    "--max-requests",
    type=click.IntRange(1),
    metavar="N",
    help="Requests one round may take; default: the setting max_requests.",
)
@click.option("--quiet", is_flag=True, help="No progress; notices, errors and the summary only.")
@click.pass_context
def command(ctx: click.Context, /, tables: tuple[str, ...], **given: Any) -> None:
    """Fetch the days of an interval that are not held yet, or not held well enough.

    Without a TABLE, those of conversations, and a notice says what else there is; tables that come
    from one payload come together, and what comes from another, such as user_presence, is synced
    where it is named. Dates and times
    are half-open: --to is the first that is not included. --follow keeps the last seven days
    fresh where no --from is given, and prints a line on its health after each round; --recheck
    goes over all days held. Whole lists, such as users, need no --from; where no table is named,
    those that are held are kept fresh. Several organisations are synced side by side, unless a
    table says whose it is, or --org does.

    Example:

    \b
        trunkline sync --from 2025-03-01 --to 2025-04-01
        trunkline sync users queues
        trunkline sync conversations --follow
        trunkline sync acme.conversations --from 2025-03-01
    """
    with engine_of(ctx) as engine:
        zone = given["timezone"] or engine.settings.timezone
        wish = checked(
            Wish(
                tables=tables,
                start=instant(given["start"], zone, "--from"),
                end=instant(given["end"], zone, "--to"),
                refresh=given["refresh"],
                recheck=given["recheck"],
                follow=given["follow"],
                organization=given["org"],
            ),
            engine.catalogs,
        )
        tail = False if given["no_tail"] else None
        options = Options(
            zone,
            given["max_requests"],
            confirm=ask,
            tail=tail,
            verify=given["verify"],
            door=DOOR,
        )
        until_stopped(_sync(engine, wish, options, quiet=given["quiet"]))


async def _sync(engine: Engine, wish: Wish, options: Options, *, quiet: bool) -> None:
    """Every organisation by itself: one that is away neither slows nor stops another."""
    named = engine.catalogs.is_several

    async def told(own: Wish, observe: Observe) -> None:
        done = await engine.sync(own, options, observe)
        for notice in done.notices:
            tell(f"notice: {notice}")
        put(str(done))

    def rounds(own: Wish) -> Callable[[], Awaitable[Synced]]:
        by_round = _rounds(options)

        async def again() -> Synced:
            with watching(quiet=quiet, named=named, plain=named) as observe:
                return await engine.sync(own, next(by_round), observe)

        return again

    wishes = engine.wishes(wish)
    if left_out := not_taken(wish, engine.catalogs.default):
        tell(f"notice: {left_out}")
    if wish.follow:
        await served(engine, {own: rounds(own) for own in wishes})
        return
    with watching(quiet=quiet, named=named) as observe:
        works = {own.organization or "": told(own, observe) for own in wishes}
        await together(works, named=False)


def _rounds(options: Options) -> Iterator[Options]:
    """Of a service, only the first round may ask: later nobody may be there to answer."""
    yield options
    while True:
        yield replace(options, confirm=never)
