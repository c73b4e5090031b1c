"""``trunkline users``: who may log in to a server, and what they may read and use there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import click

from trunkline.catalog import closest
from trunkline.cli import grid, passwords
from trunkline.cli.opening import engine_of
from trunkline.cli.telling import put
from trunkline.config import check_memory
from trunkline.engine import Engine
from trunkline.engine.users import UserStore
from trunkline.errors import UsageError
from trunkline.interval import iso
from trunkline.lake.relation import Relation
from trunkline.lake.users import FETCHES, OFF, User
from trunkline.role_settings import LIMITS, limits_of
from trunkline.roles import ROLES, Grants, ReaderLimits, Role

_NAME = re.compile(r"[a-z_][a-z0-9_.@-]{0,62}\Z")
AS_THE_ROLE = "default"


@click.group("users")
def command() -> None:
    """Add, change, list and remove the users of a server.

    Users are for `trunkline serve`: whoever runs a command here is who the setting role says.

    Example:

    \b
        trunkline users add ann --role analyst
        trunkline users set ann --revoke conversation_surveys
        trunkline users list
    """


def _also(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Options that several commands have."""

    def decorated(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorated


_LIMITS = tuple(
    click.option(
        f"--{item.metadata['setting'].replace('_', '-')}",
        item.metadata["setting"],
        metavar="N" if item.name != "memory" else "SIZE",
        help=f"{item.metadata['description'].capitalize()}; default: as the role.",
    )
    for item in fields(ReaderLimits)
)
_OF_A_USER = _also(
    click.option("--fetch", type=click.Choice(FETCHES), help="trunkline.fetch at login."),
    click.option("--grant", multiple=True, metavar="NAME", help="Open a schema, table or column."),
    click.option("--revoke", multiple=True, metavar="NAME", help="Close one; all for everything."),
    *_LIMITS,
    passwords.FILE,
    passwords.GENERATE,
)


@command.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they read by default.")
@_OF_A_USER
@click.pass_context
def add(ctx: click.Context, /, name: str, role: str, **given: Any) -> None:
    """Add a user. The password is asked for twice, read from a file, or made.

    A password has at least 12 characters. What is kept of it is a SCRAM-SHA-256 verifier. Queries
    of a user answer from what is held (--fetch off) unless they set trunkline.fetch; --fetch wait
    has them fetch what they need.

    Example:

    \b
        trunkline users add ann --role analyst
        trunkline users add powerbi --role analyst --generate
        trunkline users add fay --role finance --fetch wait --max-requests 200
        trunkline users add bob --role analyst --revoke all --grant conversations
    """
    _require_name(name)
    with _opened(ctx) as (engine, store):
        _require_new(store, name)
        user = User(name, Role(role), "", fetch=given["fetch"] or OFF)
        user = replace(user, grants=_grants(engine, user, given), limits=_limits(user, given))
        password = passwords.chosen(name, given["password_file"], generate=given["generate"])
        if not store.add(replace(user, verifier=password.verifier)):
            _require_new(store, name)
    password.show(name)
    _say(f"{name} may log in, as {role}", given)


@command.command("set")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), help="What they read by default.")
@click.option("--password", is_flag=True, help="Ask for another password.")
@click.option("--no-grants", is_flag=True, help="Forget what was granted and revoked before.")
@_OF_A_USER
@click.pass_context
def change(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Change a user: the password, the role, grants or limits. What is not named stays.

    A limit that is set to default is as the role has it again.

    Example:

    \b
        trunkline users set ann --password
        trunkline users set ann --revoke participants.user_id
        trunkline users set fay --role analyst --no-grants --max-rows default
    """
    with _opened(ctx) as (engine, store):
        before = _found(store, name)
        role = Role(given["role"]) if given["role"] else before.role
        user = replace(before, role=role, fetch=given["fetch"] or before.fetch)
        user = replace(user, grants=_grants(engine, user, given), limits=_limits(user, given))
        password = _other_password(name, given)
        if password:
            user = replace(user, verifier=password.verifier)
        if user == before:
            raise UsageError("nothing is to be changed", hint="trunkline users set --help")
        if not store.change(user):
            _found(store, name)
    if password:
        password.show(name)
    _say(f"{name} is changed", given)


@command.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Remove a user, who cannot log in any more. What they asked stays in trunkline.runs.

    Example:

    \b
        trunkline users remove bob
    """
    with _opened(ctx) as (_, store):
        _found(store, name)
        store.remove(name)
    put(f"{name} is removed")


@command.command("list")
@click.pass_context
def list_users(ctx: click.Context) -> None:
    """List the users with what is said of each.

    Example:

    \b
        trunkline users list
    """
    with _opened(ctx) as (_, store):
        users = store.every()
    if not users:
        put("there are no users: `trunkline users add NAME --role analyst` adds one")
        return
    grid.show(("user", "role", "fetch", "grants", "limits", "changed"), map(_row, users))


@command.command("show")
@click.argument("name")
@click.pass_context
def show(ctx: click.Context, name: str) -> None:
    """Show what a user may use, and which tables and columns are closed to them.

    Example:

    \b
        trunkline users show ann
    """
    with _opened(ctx) as (engine, store):
        user = _found(store, name)
        reader = store.reader(user)
        relations = engine.relations(reader)
    put(f"{name}: {user.role.value}, fetch {user.fetch}")
    for line in _told(reader.limits):
        put(f"  {line}")
    grid.show(("table", "open"), ((r.qualified, _open_of(r)) for r in relations))


@contextmanager
def _opened(ctx: click.Context) -> Iterator[tuple[Engine, UserStore]]:
    with engine_of(ctx) as engine, UserStore(engine.settings, engine.seams) as store:
        yield engine, store


def _require_name(name: str) -> None:
    if not _NAME.match(name):
        raise UsageError(
            f"a user cannot be called {name!r}",
            hint="A name has lower-case letters, digits and . _ @ -, begins with a letter and has "
            "at most 63 characters.",
        )


def _require_new(store: UserStore, name: str) -> None:
    if store.find(name):
        raise UsageError(
            f"there is a user {name} already", hint="`trunkline users set` changes one."
        )


def _found(store: UserStore, name: str) -> User:
    user = store.find(name)
    if user is None:
        near = closest(name, (one.name for one in store.every()))
        hint = f"Did you mean {near}?" if near else "`trunkline users list` lists them all."
        raise UsageError(f"there is no user {name}", hint=hint)
    return user


def _grants(engine: Engine, user: User, given: dict[str, Any]) -> Grants:
    """What a user's grants are to be; what was granted before must still fit the role."""
    names = engine.names()
    before = Grants() if given.get("no_grants") else names.checked(user.role, user.grants)
    granted = names.granted(user.role, given["grant"])
    revoked = names.revoked(user.role, given["revoke"])
    if both := sorted(granted & revoked):
        raise UsageError(f"{both[0]} is to be granted and revoked")
    return before.granting(granted).revoking(revoked)


def _limits(user: User, given: dict[str, Any]) -> ReaderLimits:
    told = {setting: given[setting] for setting in LIMITS if given[setting] is not None}
    kept = {LIMITS[setting]: None for setting, value in told.items() if value == AS_THE_ROLE}
    new = {setting: value for setting, value in told.items() if value != AS_THE_ROLE}
    limits = limits_of(new, lambda name: f"--{name.replace('_', '-')}", check_memory, is_text=True)
    return limits.over(replace(user.limits, **kept))


def _other_password(name: str, given: dict[str, Any]) -> passwords.Chosen | None:
    if given["password"] or given["password_file"] or given["generate"]:
        return passwords.chosen(name, given["password_file"], generate=given["generate"])
    return None


def _say(text: str, given: dict[str, Any]) -> None:
    """On stdout, unless the password is there and nothing else is to be."""
    if not given["generate"]:
        put(text)


def _row(user: User) -> tuple[str, ...]:
    grants = [f"+{name}" for name in sorted(user.grants.granted)]
    grants += [f"-{name}" for name in sorted(user.grants.revoked)]
    changed = iso(user.changed_at) if user.changed_at else ""
    told = ", ".join(_told(user.limits))
    return user.name, user.role.value, user.fetch, " ".join(grants), told, changed


def _told(limits: ReaderLimits) -> Iterator[str]:
    """The limits that are set, by the names of their settings."""
    for setting, name in LIMITS.items():
        value = getattr(limits, name)
        if value is not None:
            yield f"{setting} {value}"


def _open_of(relation: Relation) -> str:
    if relation.closed:
        return f"no: {relation.closed.why}"
    if relation.hidden:
        return f"without {', '.join(name for name, _ in relation.hidden)}"
    return "yes"
