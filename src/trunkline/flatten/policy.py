"""The masking policy as a value: what is done to each column, resolved against the catalogue.

A policy is read from TOML::

    listed = ["order_type"]        # participant attributes whose values are kept

    [classes]                      # every column of a class
    contact = "redact"

    [columns.sessions]             # one column; wins over its class
    remote = "drop"
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trunkline.catalog import Catalog, Column, Pii, Table, closest
from trunkline.errors import ConfigError
from trunkline.flatten.tokens import key_id
from trunkline.flatten.treatment import WHY, Treatment, allowed, default_of
from trunkline.types import Type

_VERSION = "2"  # of the masking itself: raised when one of the treatments leaves something else
_PARTS = ("listed", "classes", "columns")
_TEXTS = (Type.TEXT, Type.TEXT_LIST)

Rules = Mapping[tuple[str, str], Treatment]
_Found = tuple[tuple[str, str], Treatment]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done to each column. ``rules`` has those that differ from the default.

    They are named by the table as it is shown and the column. ``key`` makes tokens, ``region`` is
    where numbers without a country were dialled.
    """

    rules: Rules = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    key: bytes | None = field(default=None, repr=False)
    region: str = ""

    def treatment(self, table: Table, column: Column) -> Treatment:
        """What is done to a column of a table."""
        return self.rules.get((table.shown, column.name)) or default_of(column)

    def fingerprint(self, tables: Iterable[Table]) -> str:
        """Changes with whatever changes what lands in any of the tables; tells nothing of the key.

        The treatment of every column that is not kept, the listed names, the key's id, the region.
        """
        lines = [
            f"version {_VERSION}",
            *sorted(_treated(self, tables)),
            *sorted(f"listed {name!r}" for name in self.listed),
            f"key {key_id(self.key) if self.key else 'none'}",
            f"region {self.region}",
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _treated(policy: Policy, tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        for column in table.columns:
            found = policy.treatment(table, column)
            if found is not Treatment.KEEP:
                yield f"{table.shown}.{column.name} {found.value}"


def resolved(
    told: Mapping[str, Any],
    catalog: Catalog,
    where: str,
    *,
    key: bytes | None = None,
    region: str = "",
) -> Policy:
    """The policy that a document tells, ``where`` naming it in errors.

    ConfigError where it names what is not there, with the closest name that is, and where it would
    loosen what has to stay masked, with the reason.
    """
    _require(told, _PARTS, "part", where)
    rules: dict[tuple[str, str], Treatment] = {}
    for name, text in _table(told, "classes", where).items():
        rules.update(_of_class(name, text, catalog, where))
    for name, columns in _table(told, "columns", where).items():
        rules.update(_of_columns(name, columns, catalog, where))
    return Policy(rules, _listed(told, where), key, region)


def _of_class(name: str, text: Any, catalog: Catalog, where: str) -> Iterator[_Found]:
    _require([name], [pii.value for pii in Pii], "class", where)
    treatment = _treatment(text, f"classes.{name}", where)
    for table in catalog.tables:
        for column in table.columns:
            if column.pii.value == name:
                yield (table.shown, column.name), _checked(treatment, table, column, where)


def _of_columns(name: str, columns: Any, catalog: Catalog, where: str) -> Iterator[_Found]:
    schema, _, bare = name.rpartition(".")
    table = catalog.find(bare, schema or None)
    if table is None:
        near = catalog.nearest(name)
        raise ConfigError(
            f"{where}: there is no table {name}",
            hint=f"Did you mean {near}?" if near else "`trunkline tables` lists them all.",
        )
    if not isinstance(columns, Mapping):
        raise ConfigError(f"{where}: columns.{name} must be a table of columns")
    _require(
        columns, [column.name for column in table.columns], "column", f"{where}: [columns.{name}]"
    )
    for column_name, text in columns.items():
        treatment = _treatment(text, f"columns.{name}.{column_name}", where)
        found = _checked(treatment, table, table.column(column_name), where)
        yield (table.shown, column_name), found


def _checked(treatment: Treatment, table: Table, column: Column, where: str) -> Treatment:
    """A treatment that the column may have."""
    named = f"{where}: {table.shown}.{column.name} cannot be {treatment.value!r}"
    if treatment is default_of(column):
        return treatment
    if column.attribute == "key" or column.name in (
        table.key, table.time_column, *table.natural_key,
    ):  # fmt: skip
        raise ConfigError(f"{named}: it names the row", hint="Leave it as it is.")
    if column.type not in _TEXTS and treatment is not Treatment.DROP:
        raise ConfigError(f"{named}: it is no text", hint='It may be "drop".')
    if treatment not in allowed(column):
        may = " or ".join(f'"{one.value}"' for one in allowed(column))
        raise ConfigError(f"{named}: {WHY[column.pii]}", hint=f"It may be {may}.")
    return treatment


def _treatment(text: Any, place: str, where: str) -> Treatment:
    names = [treatment.value for treatment in Treatment]
    if not isinstance(text, str):
        raise ConfigError(f"{where}: {place} must be one of {', '.join(names)}")
    _require([text], names, f"treatment for {place}:", where)
    return Treatment(text)


def _listed(told: Mapping[str, Any], where: str) -> frozenset[str]:
    names = told.get("listed", [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ConfigError(
            f"{where}: listed must be a list of names of participant attributes",
            hint='For example listed = ["order_type", "language"].',
        )
    return frozenset(names)


def _table(told: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, Mapping):
        raise ConfigError(f"{where}: {name} must be a table")
    return found


def _require(given: Iterable[str], known: Iterable[str], what: str, where: str) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            near = closest(name, names)
            raise ConfigError(
                f"{where}: there is no {what} {name}",
                hint=f"Did you mean {near}?" if near else f"There are {', '.join(names)}.",
            )
