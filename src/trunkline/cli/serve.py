"""``trunkline serve``: the tables for psql, Power BI, Excel and whatever speaks to PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname, socket
from typing import Any

import click

from trunkline import private
from trunkline.cli.memory import shares
from trunkline.cli.opening import settings_of
from trunkline.cli.serving import GOES_ON, STOPPED, served
from trunkline.cli.stopping import until_stopped
from trunkline.cli.telling import put, tell
from trunkline.config import Settings
from trunkline.engine import Engine, Options
from trunkline.engine.syncing import Wish, checked
from trunkline.errors import ConfigError, Interrupted, TrunklineError
from trunkline.lake.ceiling import standing
from trunkline.servers.desks import Desks
from trunkline.servers.postgres.server import Bounds, House, certified, listening, serve
from trunkline.servers.postgres.server.house import is_loopback
from trunkline.servers.postgres.server.logins import Logins
from trunkline.servers.postgres.server.tls import Certified
from trunkline.servers.postgres.session.checks import schemas
from trunkline.wording import counted

SECRET = "server.secret"  # noqa: S105 (the name of its file)
PATIENCE = 60.0  # seconds that a query waits for its place
DATABASE = "lake"  # any name is taken; this one is in all documents
AGAIN = 300.0  # seconds until days are kept fresh again, after what ended it


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=5433,
    show_default=True,
    help="Port; 0 is any that is free. 5432 is often taken by a PostgreSQL of your own.",
)
@click.option("--tls-cert", metavar="FILE", help="Certificate, with its chain, in PEM.")
@click.option("--tls-key", metavar="FILE", help="Its key, in PEM, without a password.")
@click.option(
    "--fetch",
    type=click.Choice(["off", "wait"]),
    help="Whether queries fetch what is not held, unless a session says otherwise.",
)
@click.option("--search-path", metavar="SCHEMAS", help="Schemas of names without one, in order.")
@click.option("--sync", is_flag=True, help="Keep the last seven days fresh, as sync --follow.")
@click.option(
    "--connections", type=click.IntRange(1, 10_000), default=100, show_default=True,
    metavar="N", help="Clients at once.",
)  # fmt: skip
@click.option(
    "--queries", type=click.IntRange(1, 256), default=16, show_default=True, metavar="N",
    help="Queries that may have an answer open at once; others wait.",
)  # fmt: skip
@click.option(
    "--memory",
    metavar="SIZE",
    help="Memory for all queries together; default: half of the machine's.",
)
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Serve the tables as a PostgreSQL database, until it is stopped.

    Without users whoever is at this machine is let in without a password, and nobody else can be.
    With a certificate others must speak TLS.

    Example:

    \b
        trunkline serve --sync
        psql "host=127.0.0.1 port=5433 dbname=lake" -c "SELECT count(*) FROM conversations"
    """
    settings = settings_of(ctx)
    tls = _tls(given["tls_cert"], given["tls_key"])
    sockets = listening(given["host"], given["port"])
    try:
        share = shares(given["memory"], given["queries"], settings.query_memory)
        own = replace(settings, query_memory=share.each)
        with standing(share.ceiling), _frozen():
            until_stopped(_serve(own, sockets, tls, given))
    except KeyboardInterrupt:
        raise Interrupted(STOPPED, hint=f"Clients were disconnected. {GOES_ON}") from None
    finally:
        for one in sockets:
            one.close()


def _tls(certificate: str | None, key: str | None) -> Certified | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise ConfigError("--tls-cert and --tls-key come together")
    return certified(Path(certificate), Path(key))


def _require_loopback(sockets: tuple[socket, ...], users: int) -> None:
    if not users and not all(is_loopback(str(one.getsockname()[0])) for one in sockets):
        raise ConfigError(
            "without users the server listens on this machine alone",
            hint="Leave out --host, or add a user with `trunkline users add`.",
        )


async def _serve(
    settings: Settings, sockets: tuple[socket, ...], tls: Certified | None, given: dict[str, Any]
) -> None:
    logins = Logins(settings)
    users = len(await logins.names())
    _require_loopback(sockets, users)
    new = partial(Engine, settings)
    desks = await asyncio.to_thread(Desks, new, given["queries"], PATIENCE)
    engine = desks.fetching.engine
    house = House(
        desks,
        logins,
        engine.seams.clock,
        _secret(settings.home),
        _defaults(settings, engine, given, tls=tls is not None),
        tls,
        bounds=Bounds(given["connections"]),
        log=lambda said: tell(f"notice: {said}"),
    )
    _say(sockets, tls, users)
    following = asyncio.create_task(_kept_fresh(desks)) if given["sync"] else None
    try:
        await serve(house, sockets)
    finally:
        if following:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        logins.close()
        await desks.close()


def _secret(home: Path) -> bytes:
    """What makes the salts of users there are not: the same at every start."""
    path = home / SECRET
    private.file(path)
    if not path.read_bytes():
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()


def _defaults(
    settings: Settings, engine: Engine, given: dict[str, Any], *, tls: bool
) -> dict[str, str]:
    """The settings of a session that says nothing."""
    path = given["search_path"] or engine.catalog.schema
    found = {
        "timezone": settings.timezone,
        "search_path": schemas("search_path", path),
        "ssl": "on" if tls else "off",
    }
    return found | ({"trunkline.fetch": given["fetch"]} if given["fetch"] else {})


def _say(sockets: tuple[socket, ...], tls: Certified | None, users: int) -> None:
    host, port = sockets[0].getsockname()[:2]
    who = (
        f"{counted(users, 'user')} may log in"
        if users
        else ("no users: this machine alone is let in, without a password")
    )
    put(
        f"listening on {host}:{port} for clients of PostgreSQL, {'with' if tls else 'without'} "
        f"TLS; {who}"
    )
    reached = gethostname() if ip_address(host).is_unspecified else host
    put(f'  psql "host={reached} port={port} dbname={DATABASE}{" user=NAME" if users else ""}"')


async def _kept_fresh(desks: Desks) -> None:
    """Follow beside the server, which goes on: what ends it is told, and it begins again."""
    while True:
        try:
            await desks.fetching.run(_follow(desks.fetching.engine))
        except Interrupted:
            return
        except TrunklineError as error:
            tell(
                f"notice: days are not kept fresh: {error.message}; it is tried again in 5 minutes"
            )
            if error.hint:
                tell(f"  {error.hint}")
        await asyncio.sleep(AGAIN)


async def _follow(engine: Engine) -> None:
    """As ``sync --follow`` does, of each organisation."""
    wishes = engine.wishes(checked(Wish(follow=True), engine.catalogs))
    rounds = {
        wish: partial(engine.sync, wish, Options(tail=False), lambda _: None) for wish in wishes
    }
    await served(engine, rounds)


@contextmanager
def _frozen() -> Iterator[None]:
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
