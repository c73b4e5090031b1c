"""A database that dlt writes to: how it is named and opened, and what its errors are."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from trunkline.errors import TargetError, TrunklineError, UsageError

WAREHOUSES = ("mssql", "duckdb")
FOLDER = "publishing"
_SCHEME = re.compile(rf"({'|'.join(WAREHOUSES)})://")
_EXAMPLE = (
    "For example mssql://loader@db.example.com:1433/warehouse, or duckdb:///warehouse.duckdb."
)
_EXTRA = "pip install 'trunkline[sqlserver]'"
# What dlt would else do: report its use, write to stderr, keep notes in the home of the user.
_QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
_AGAIN = (
    "Days that were done stay. Publish again to go on where it was; see that the database can be "
    "reached, and that nobody else has it open."
)
HINTS = {
    "SystemConfigurationException": "Install Microsoft's ODBC Driver 18 for SQL Server.",
    "ConfigFieldMissingException": "The password comes from the URL, or better from "
    "DESTINATION__MSSQL__CREDENTIALS__PASSWORD in the environment.",
}


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where to publish to. ``url`` may hold a password; ``shown`` names it without."""

    kind: str
    url: str = field(repr=False)
    shown: str
    has_password: bool = field(default=False, compare=False)


def warehouse_of(text: str) -> Warehouse | None:
    """The warehouse of a URL; None where it names another kind of target.

    UsageError, without the text, where it cannot be read.
    """
    named = _SCHEME.match(text)
    if named is None:
        return None
    try:
        read = urlsplit(text)
        host, port, path = read.hostname or "", read.port, unquote(read.path)
    except ValueError:
        raise UsageError("the target cannot be read", hint=_EXAMPLE) from None
    if named[1] == "duckdb":
        if read.netloc or not path.strip("/"):
            raise UsageError("a DuckDB target names a file", hint=_EXAMPLE)
        file = path.removeprefix("/")
        return Warehouse("duckdb", file, f"duckdb:///{file}")
    if not host or not path.strip("/"):
        raise UsageError("a SQL Server target names a host and a database", hint=_EXAMPLE)
    user = f"{read.username}@" if read.username else ""
    shown = f"mssql://{user}{host}{f':{port}' if port else ''}{path}"
    return Warehouse("mssql", text, shown, read.password is not None)


@contextmanager
def opened(target: Warehouse, home: Path, schema: str) -> Iterator[Any]:
    """A pipeline of dlt into a schema, with a working folder that is gone afterwards.

    Nothing of an earlier run is gone on with: what it rests on stands in the target.
    """
    folder = home / FOLDER / schema
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        with _environment(folder):
            yield _pipeline(target, folder, schema)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    ours = _QUIET | {"DLT_DATA_DIR": str(folder), "DLT_PROJECT_DIR": str(folder)}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            _restore(name, value)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def loader() -> Any:
    """The library, where the extra is installed. UsageError where it is not."""
    try:
        return import_module("dlt")
    except ImportError:
        raise UsageError(
            "publishing into SQL Server needs the extra sqlserver", hint=f"Install it: {_EXTRA}"
        ) from None


def _pipeline(target: Warehouse, folder: Path, schema: str) -> Any:
    dlt = loader()
    make = {"mssql": dlt.destinations.mssql, "duckdb": dlt.destinations.duckdb}[target.kind]
    with failing(target):
        return dlt.pipeline(
            schema,
            destination=make(target.url),
            dataset_name=schema,
            pipelines_dir=str(folder),
        )


@contextmanager
def failing(target: Warehouse) -> Iterator[None]:
    """Errors of dlt and of drivers as ours.

    What they say is left out: it may show rows, or a password. Their kinds are told.
    """
    try:
        yield
    except (TrunklineError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001  (every driver has errors of its own)
        kinds = tuple(dict.fromkeys(type(one).__name__ for one in _chain(error)))
        hint = next((HINTS[kind] for kind in kinds if kind in HINTS), _AGAIN)
        raise TargetError(f"{target.shown} failed: {' of '.join(kinds)}", hint=hint) from None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
