"""What a table is: frozen values, checked when they are built.

A provider declares one ``Dataset`` for each payload it can be asked for and one ``Table`` for
each relation cut from it. Everything else (the schema that pages are decoded with, the masking,
the documents, ``trunkline tables``) is read from these values.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from enum import Enum

from trunkline.errors import UnknownRelation
from trunkline.listing import About, Listing
from trunkline.live import Live
from trunkline.types import Type
from trunkline.views import SCHEMA, View

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Pii(Enum):
    """What kind of personal data a column may hold, hence how it is masked."""

    NONE = "none"
    NAME = "name"  # a person's name: REDACTED
    PHONE = "phone"  # a number: its last four digits; two of six or fewer; REDACTED if no number
    CONTACT = "contact"  # a number, a SIP or mail address, or a name: as PHONE
    IDENTIFIER = "identifier"  # given by a system of the user's, perhaps an address: REDACTED
    FREE_TEXT = "free_text"  # notes and subjects: dropped, always NULL
    LISTED = "listed"  # a map's value: kept where its name is listed, else NULL
    TOKEN = "token"  # noqa: S105 (of a number: a keyed hash; NULL without a key)
    FRONT = "front"  # of a number: all that its masked value leaves out, for rating


class Whose(Enum):
    """Whom the data of a column is about; what a policy may loosen depends on it."""

    NOBODY = "nobody"  # what the vendor's machines measure and number
    CUSTOMER = "customer"  # whoever is on the other side, and whatever may be theirs
    EMPLOYEE = "employee"  # those who work for the organisation
    CONFIGURATION = "configuration"  # what the organisation set up and named


# Where a table holds what may not be read beside the other tables: the fronts of numbers.
FINANCE = "finance"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``source`` says where in the payload it is: ``level.attribute`` (``session.ani``),
    ``level.#`` (the 0-based place of the element in its parent's list),
    ``level.key`` (the ids from the root down to the element, joined by colons) or
    ``level.metrics[tTalk]`` (the sum of ``value`` over the elements of that ``name`` in the level
    ``metric``, at or below this one). ``within`` is the level in whose life a time is, so that a
    bound on it bounds the start, too; it may stand up to ``lead_ms`` before the start.
    """

    name: str
    type: Type
    source: str
    description: str
    unit: str | None = None
    pii: Pii = Pii.NONE
    whose: Whose = Whose.NOBODY
    within: str | None = None
    lead_ms: int = 0

    def __post_init__(self) -> None:
        if self.within and self.type is not Type.TIMESTAMP:
            raise ValueError(f"column {self.name}: only a time is within a life")
        if not _NAME.match(self.name):
            raise ValueError(f"column {self.name!r} is not in snake_case")
        if "." not in self.source:
            raise ValueError(f"column {self.name}: source {self.source!r} names no level")
        if not self.description:
            raise ValueError(f"column {self.name} has no description")
        if self.pii is not Pii.NONE and self.type not in (Type.TEXT, Type.TEXT_LIST):
            raise ValueError(f"column {self.name}: only text can be masked")
        if self.pii is not Pii.NONE and self.whose is Whose.NOBODY:
            raise ValueError(f"column {self.name}: personal data is somebody's")

    @property
    def level(self) -> str:
        """The level of the payload that the column is read from."""
        return self.source.partition(".")[0]

    @property
    def attribute(self) -> str:
        """The vendor's attribute, or ``#``, ``key`` or ``metrics[name]``."""
        return self.source.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Pushdown:
    """A predicate the provider can apply. Inexact ones are applied again by the engine.

    One with ``=`` and ``IN`` may be a predicate of a FILTERED scope: the provider then tells every
    record that has such a value anywhere in it, and nothing less. ``values`` are all that such a
    predicate may name; where there are none, it may name GUIDs. Nothing else is ever sent or kept,
    since a text of the user's may be personal.
    """

    column: str
    operators: tuple[str, ...]
    required: bool = False
    exact: bool = False
    values: frozenset[str] = frozenset()

    def takes(self, value: str) -> bool:
        """Whether a predicate of a FILTERED scope may name the value."""
        return value in self.values if self.values else _GUID.match(value) is not None


class Holds(Enum):
    """What the attribute of a level is: many elements, one, or names with their values."""

    LIST = "list"
    OBJECT = "object"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a nested payload: what ``attribute`` holds in every element of ``parent``.

    ``id`` is the attribute that names an element among those of its parent; without one it is the
    element's place. The elements of a map have two attributes, ``name`` and ``value``. ``known``
    names the attributes that exist and are deliberately not landed.
    """

    name: str
    parent: str | None
    attribute: str
    id: str | None = None
    known: frozenset[str] = frozenset()
    holds: Holds = Holds.LIST


@dataclass(frozen=True, slots=True)
class Dataset:
    """One payload of a provider, fetched by interval as a job.

    ``noun`` is what one of its records is called. ``time_column`` is the column that decides which
    UTC day a record belongs to; every table of the dataset has it. ``end_column`` of the root table
    is NULL while a record goes on. ``cursor`` and ``watermark`` are attributes of a result page's
    envelope; where the provider does not say beforehand how far its data reaches
    (``tells_watermark``), that is the moment it is asked at. ``slice`` is of a dataset that is
    asked for directly: a job of it is nothing of the provider's, and each of its requests is about
    so much time at the most, and about some items of a list where it is ``about`` them.
    ``page_size`` is 0 where nothing says how many records a page has. ``by_default`` where ``sync``
    takes it without its being named. ``only_in_jobs`` are the levels that nothing but a job tells
    of: the tail lacks them. ``filter_level`` is the level whose elements a FILTERED scope looks at,
    together with what they stand in: it finds every value of that level and of the root, but of a
    level between them only the elements that have such an element in them. What ``is_now`` is asked
    for by every query that names it, and never held: ``time_column`` is when.

    With ``listing`` it is a whole list, told as it is now: ``time_column`` is when a row was last
    told, and no day means anything. ``parent`` is the list whose every item has one of these.
    """

    name: str
    provider: str
    description: str
    levels: tuple[Level, ...]
    key: str
    time_column: str
    cursor: str
    watermark: str
    only_in_jobs: frozenset[str] = frozenset()
    filter_level: str | None = None
    metrics: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    max_interval_days: int = 31
    page_size: int = 1000
    mapping_version: int = 1
    end_column: str | None = None
    live: Live | None = None
    listing: Listing | None = None
    parent: Dataset | None = None
    noun: str = "record"
    tells_watermark: bool = True
    slice: timedelta | None = None
    about: About | None = None
    is_now: bool = False
    by_default: bool = False

    def __post_init__(self) -> None:
        names = [level.name for level in self.levels]
        if not names or len(set(names)) != len(names) or self.levels[0].parent is not None:
            raise ValueError(f"dataset {self.name}: levels must be unique and start at the root")
        for before, level in enumerate(self.levels[1:], start=1):
            if level.parent not in names[:before]:
                raise ValueError(
                    f"dataset {self.name}: level {level.name} stands before its parent"
                )

    @property
    def is_list(self) -> bool:
        """Whether it is told as a whole, and not by intervals."""
        return self.listing is not None

    @property
    def is_direct(self) -> bool:
        """Whether it is asked for page by page, without a job of the provider's."""
        return self.slice is not None

    def level(self, name: str) -> Level:
        """A level by name; KeyError if there is none."""
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(name)

    def path(self, name: str) -> tuple[Level, ...]:
        """The levels from the root down to one, both included."""
        level = self.level(name)
        return (*self.path(level.parent), level) if level.parent else (level,)


@dataclass(frozen=True, slots=True)
class Table:
    """One relation: a level of a dataset as rows. ``key`` is its single-column key.

    ``schema`` is None where the table is of the organisation's own schema.
    """

    name: str
    description: str
    dataset: Dataset
    level: str
    grain: str
    key: str
    natural_key: tuple[str, ...]
    columns: tuple[Column, ...]
    pushdowns: tuple[Pushdown, ...]
    views: tuple[str, ...] = ()
    schema: str | None = None

    def __post_init__(self) -> None:
        if not all(_NAME.match(name) for name in (self.name, *self.views)):
            raise ValueError(f"table {self.name!r}: it or a view of it is not in snake_case")
        if self.level not in {level.name for level in self.dataset.levels}:
            raise ValueError(f"table {self.name}: dataset {self.dataset.name} has no {self.level}")
        names = [column.name for column in self.columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"table {self.name}: repeated columns {repeated}")
        wanted = {self.key, *self.natural_key, self.dataset.time_column}
        wanted.update(pushdown.column for pushdown in self.pushdowns)
        if missing := sorted(wanted - set(names)):
            raise ValueError(f"table {self.name}: no columns {missing}")
        root = self.dataset.levels[0].name
        if others := [c.name for c in self.columns if c.within not in (None, root)]:
            raise ValueError(f"table {self.name}: {others} are not within the life of a {root}")
        path = {level.name for level in self.dataset.path(self.level)}
        if strangers := [c.name for c in self.columns if c.level not in path]:
            raise ValueError(f"table {self.name}: columns of another level {strangers}")

    def column(self, name: str) -> Column:
        """A column by name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def shown(self) -> str:
        """The name as a user writes it where the organisation's schema is the default."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def time_column(self) -> str:
        """The column that a scan must bound."""
        return self.dataset.time_column

    def filter_of(self, name: str) -> Pushdown | None:
        """The pushdown of a column that a FILTERED scope may have as a predicate."""
        fits = (p for p in self.pushdowns if p.column == name and {"=", "IN"} <= {*p.operators})
        return next(fits, None)

    def is_told(self, name: str) -> bool:
        """Whether a FILTERED scope finds every row that has a value in the column."""
        dataset = self.dataset
        return self.column(name).level in (dataset.levels[0].name, dataset.filter_level)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The relations of one organisation. ``schema`` is its name in the settings.

    The tables of a schema such as finance stand there for the default organisation, and in one of
    their own for each of the others: ``acme_finance``.
    """

    schema: str
    tables: tuple[Table, ...]
    is_default: bool = True
    views: tuple[View, ...] = ()
    _by_name: dict[tuple[str, str], Table] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _NAME.match(self.schema):
            raise ValueError(f"schema {self.schema!r} is not in snake_case")
        named = [((self.schema_of(t), name), t) for t in self.tables for name in (t.name, *t.views)]
        names = [name for name, _ in named]
        if repeated := sorted({".".join(name) for name in names if names.count(name) > 1}):
            raise ValueError(f"repeated relations {repeated}")
        object.__setattr__(self, "_by_name", dict(named))

    def schema_of(self, table: Table) -> str:
        """The schema a table stands in."""
        if table.schema is None or self.is_default:
            return table.schema or self.schema
        return f"{self.schema}_{table.schema}"

    def find(self, name: str, schema: str | None = None) -> Table | None:
        """The table of that name, views included; unqualified names are of its own schema."""
        within = self.schema if schema is None else folded(schema)
        return self._by_name.get((within, folded(name)))

    @property
    def star(self) -> tuple[View, ...]:
        """The declared views for BI tools: facts and dimensions."""
        own = (SCHEMA, f"{self.schema}_{SCHEMA}")
        return tuple(view for view in self.views if view.schema in own)

    def view(self, name: str, schema: str) -> View | None:
        """The declared view of that name."""
        wanted = (folded(schema), folded(name))
        return next((view for view in self.views if (view.schema, view.name) == wanted), None)

    def of(self, dataset: Dataset) -> tuple[Table, ...]:
        """The tables cut from one dataset."""
        return tuple(t for t in self.tables if t.dataset == dataset)

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """What the tables are cut from."""
        return tuple(dict.fromkeys(table.dataset for table in self.tables))

    def dataset(self, name: str) -> Dataset | None:
        """A dataset by its name."""
        return next((dataset for dataset in self.datasets if dataset.name == name), None)

    def root(self, dataset: Dataset) -> Table:
        """The table whose rows are a dataset's records; the first where there is none."""
        tables = self.of(dataset)
        return next((t for t in tables if t.level == dataset.levels[0].name), tables[0])

    def names(self) -> tuple[str, ...]:
        """Every relation, views included; qualified where another schema than the default's."""
        return tuple(
            name if schema == self.schema else f"{schema}.{name}" for schema, name in self._by_name
        )

    def named(self, name: str, others: Iterable[str] = ()) -> Table:
        """The table of a name as it is written, with its schema or without.

        UnknownRelation where there is none; its hint may also name one of ``others``.
        """
        schema, _, bare = name.rpartition(".")
        table = self.find(bare, schema or None)
        if table is None:
            near = self.nearest(name) or closest(name, others)
            raise UnknownRelation(
                f"there is no table {name}",
                hint=f"Did you mean {near}?" if near else "`trunkline tables` lists them all.",
            )
        return table

    def nearest(self, name: str) -> str | None:
        """The relation that a name which is none may mean, as it is written."""
        bare = {n.rpartition(".")[2]: n for n in reversed(self.names())}
        found = bare | {n: n for n in self.names()}
        near = closest(name, found) or closest(name.rpartition(".")[2], bare)
        return found[near] if near else None


def folded(name: str) -> str:
    """A name as DuckDB compares it: only ASCII has case there.

    ``str.lower`` would also make a k of the Kelvin sign, and so one name of two.
    """
    return name.translate(_LOWER)


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate a misspelt name most likely means."""
    found = get_close_matches(name.lower(), list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None
