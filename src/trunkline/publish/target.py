"""The database that is published to: how it is named, reached and told of, never its password.

What libpq understands is understood: a URL, ``key=value`` pairs, ``PGPASSWORD`` and its kin,
``~/.pgpass``, service files. What it says of text that it cannot read is not repeated, since it
repeats the text: a character ``/`` or ``@`` in a password makes a host or a port of what follows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict

from trunkline.errors import TargetClosed, TargetError, TrunklineError, UsageError

Connection = psycopg.Connection[tuple[object, ...]]

_CONNECT_SECONDS = "15"
_URL = re.compile(r"postgres(?:ql)?://")
_OTHER = re.compile(r"([a-z][a-z0-9+]*)://")
_HOST = re.compile(r"[\w.:,%/\\~ -]*\Z")  # names, addresses, folders of sockets; several by commas
_PORT = re.compile(r"[0-9,]*\Z")
_ESCAPE = (
    "In a URL, a character such as @ : / ? # or % in the password is written as %40 and so on; "
    "better still, leave the password out and put it into ~/.pgpass."
)
_EXAMPLE = "For example postgresql://user@host/database; the password comes from ~/.pgpass."
# What a server says before it lets anybody in comes as text alone, in the server's language.
_LATER = re.compile(r"too many clients|starting up|shutting down|in recovery mode|remaining conn")
_FATAL = re.compile(r"FATAL ?:\s*(?P<what>[^\n]+)|(?P<none>no password supplied)")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish to. ``shown`` names it, ``has_password`` says that its text has one."""

    parameters: Mapping[str, str] = field(repr=False)
    shown: str
    has_password: bool = field(default=False, compare=False)


def is_target(text: str) -> bool:
    """Whether a text could be meant as one, and so may hold a password: it is not to be shown."""
    return "://" in text or "=" in text


def target_of(text: str) -> Target:
    """The target of a URL or of ``key=value`` pairs. UsageError, without the text, for others."""
    _require_postgresql(text)
    try:
        told = conninfo_to_dict(text)
    except psycopg.Error:
        raise UsageError(
            "the target cannot be read: libpq takes it for no connection string", hint=_ESCAPE
        ) from None
    found = {name: str(value) for name, value in told.items() if value is not None}
    fits = _HOST.match(found.get("host", "")) and _PORT.match(found.get("port", ""))
    if not fits or (_URL.match(text) and text.count("@") > 1):
        raise UsageError("the target's host or port cannot be one", hint=_ESCAPE)
    return Target(found, _shown(found), "password" in found)


def _require_postgresql(text: str) -> None:
    if _URL.match(text) or ("=" in text and "://" not in text):
        return
    other = _OTHER.match(text)
    if other and other[1].startswith("postgres"):
        raise UsageError("a target begins with postgresql:// and names no driver", hint=_EXAMPLE)
    if other:
        raise UsageError(
            f"publish writes into PostgreSQL, and not into {other[1].partition('+')[0]}",
            hint="docs/howto/publish-to-postgresql.md says what there is for other databases.",
        )
    raise UsageError("the first argument is to be the target", hint=_EXAMPLE)


def _shown(told: Mapping[str, str]) -> str:
    """User, host, port and database, as far as they are told; the rest is for libpq to find."""
    if "service" in told:
        return f"service {told['service']}"
    user = f"{told['user']}@" if "user" in told else ""
    port = f":{told['port']}" if "port" in told else ""
    return f"postgresql://{user}{told.get('host', '')}{port}/{told.get('dbname', '')}"


@contextmanager
def connected(target: Target) -> Iterator[Connection]:
    """A session, whose every error is ours. TargetClosed, or TargetError."""
    with failing(target):
        connection = _connect(target)
    try:
        with failing(target):
            _require_utf8(connection)
            yield connection
    finally:
        connection.close()


def run(connection: Connection, sql: str, values: Any = None) -> psycopg.Cursor[tuple[object, ...]]:
    """Execute a statement; its identifiers are quoted already."""
    return connection.execute(sql.encode(), values)


def _connect(target: Target) -> Connection:
    ours = {"fallback_application_name": "trunkline publish"}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        ours["connect_timeout"] = _CONNECT_SECONDS
    try:
        return psycopg.connect(
            **{**ours, **target.parameters, "client_encoding": "UTF8"},  # type: ignore[arg-type]
            autocommit=True,
            prepare_threshold=None,  # a pooler may give every transaction another session
        )
    except psycopg.OperationalError as error:
        said = _without_password(str(error), target)
    fatal = _FATAL.search(said)
    if fatal and not _LATER.search(said):
        raise TargetClosed(
            f"{target.shown} does not let this user in: {(fatal['what'] or fatal['none']).strip()}",
            hint="The password comes from the target, PGPASSWORD or ~/.pgpass (mode 0600), as for "
            "psql: what psql connects to, publish connects to.",
        )
    lines = "; ".join(line.strip() for line in said.splitlines() if line.strip())
    raise TargetError(
        f"{target.shown} cannot be reached: {lines}",
        hint="Nothing was changed there. Try the same with psql.",
    )


def _without_password(said: str, target: Target) -> str:
    password = target.parameters.get("password")
    return said.replace(password, "***") if password else said


def _require_utf8(connection: Connection) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise UsageError(
            f"the target's encoding is {encoding}, which cannot hold every text",
            hint="Publish into a database made by: createdb --encoding=UTF8 --template=template0",
        )


@contextmanager
def failing(target: Target) -> Iterator[None]:
    """Errors of psycopg as ours. Details are left out: they may show values of rows."""
    try:
        yield
    except psycopg.Error as error:
        raise _meaning(error, target) from None


def _meaning(error: psycopg.Error, target: Target) -> TrunklineError:
    said = error.diag.message_primary or type(error).__name__
    if error.sqlstate is None:
        return TargetError(
            f"the connection to {target.shown} was lost",
            hint="What was committed stays. Publish again to go on where it was.",
        )
    if isinstance(error, pg.InsufficientPrivilege):
        return TargetClosed(
            f"{target.shown}: {said}",
            hint="The user needs CREATE on the database, or a schema of the organisation's name "
            "that is its own. `--dry-run` shows what would be made.",
        )
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return TargetError(
            f"{target.shown} is read-only: {said}",
            hint="It may be a standby: publish to the primary.",
        )
    return TargetError(
        f"{target.shown} failed ({error.sqlstate}): {said}",
        hint="What was committed stays. Publish again to go on where it was.",
    )
