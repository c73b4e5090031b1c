"""What a query sees of a table, a derived table or a CTE: its columns and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlglot import exp

from trunkline.catalog import Pushdown, Table
from trunkline.planner.facts import Facts, Track
from trunkline.planner.filters.conditions import ANY, Filter
from trunkline.planner.readings import PLAIN, Reading
from trunkline.planner.spans import EVERYTHING, Spans


@dataclass(frozen=True, slots=True)
class Lineage:
    """A column that shows the instant of a track, or, where ``reading`` is None, its key.

    All tables of a dataset have the same instant for one key; ``dataset`` says whose it is, too.
    """

    track: Track
    reading: Reading | None
    dataset: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A track that can be read from outside, but whose rows cannot be left out.

    Rows before a LIMIT or inside of a window are needed even if they are not in the result.
    """

    track: Track


@dataclass(frozen=True, slots=True)
class Value:
    """A column that shows, as it is landed, what the provider can filter the records of a track by.

    ``is_told``: see ``catalog.Table.is_told``.
    """

    track: Track
    pushdown: Pushdown
    is_told: bool


@dataclass(frozen=True, slots=True)
class Output:
    """One column; names are in lower case. ``lineage`` is None where it shows no instant or key."""

    name: str
    lineage: Lineage | None = None
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns in order; where it is open, columns of unknown name follow.

    ``offers`` are the spans that each track is known to lie in, ``passes`` the filters that its
    records pass. ``number`` is the node that demands on the tracks are collected for, None where
    demands lead nowhere. ``implied`` is true of variables of the query around, wherever a row comes
    out at all. ``rows`` is the query itself where its rows stand in the text; ``row_names`` are
    names that are given to its columns.
    """

    outputs: tuple[Output, ...]
    is_open: bool = False
    number: int | None = None
    offers: Mapping[Track, Spans] = field(default_factory=dict)
    implied: Facts = ()
    passes: Mapping[Track, Filter] = field(default_factory=dict)
    rows: exp.Expr | None = None
    row_names: tuple[str, ...] = ()

    def output(self, name: str) -> Output | None:
        """The first column of that name."""
        return next((output for output in self.outputs if output.name == name), None)

    def offer(self, track: Track) -> Spans:
        """The spans a track is known to lie in."""
        return self.offers.get(track, EVERYTHING)

    def passing(self, track: Track) -> Filter:
        """The filter that the records of a track pass."""
        return self.passes.get(track, ANY)

    def renamed(self, names: tuple[str, ...]) -> Relation:
        """With the first columns named anew, as in ``AS t(a, b)``."""
        given = tuple(
            replace(output, name=name) for output, name in zip(self.outputs, names, strict=False)
        )
        return replace(self, outputs=given + self.outputs[len(given) :])

    def fixed(self) -> Relation:
        """The same where none of its rows can be left out."""
        outputs = tuple(
            replace(o, lineage=o.lineage and fixed(o.lineage), value=None) for o in self.outputs
        )
        offers = {_fixed(track): spans for track, spans in self.offers.items()}
        passes = {_fixed(track): filter_ for track, filter_ in self.passes.items()}
        return replace(self, outputs=outputs, offers=offers, passes=passes)


def fixed(lineage: Lineage) -> Lineage:
    """The same lineage where none of the rows can be left out."""
    return replace(lineage, track=_fixed(lineage.track))


def _fixed(track: Track) -> Track:
    return track if isinstance(track, Fixed) else Fixed(track)


START: Track = 0
LAST: Track = "the last thing"


@dataclass(frozen=True, slots=True)
class Within:
    """The track of a column that is a time within the life of its record, or just before it."""

    column: str
    lead: timedelta


@dataclass(frozen=True, slots=True)
class Alike:
    """The instants of a track by what a reading shows of them: of one value, all or none.

    What is said of such a reading alone is true of any instant that it shows the same of. So where
    two columns show one reading each and are equal, what bounds the one bounds the other.
    """

    track: Track
    reading: Reading


UNKNOWN = Relation((), is_open=True)


def of_table(table: Table, number: int, organization: str) -> Relation:
    """A table of a catalogue: its time column and its key, and the times within its records."""
    dataset, whose = table.dataset, f"{organization}.{table.dataset.name}"
    shown = {
        column.name: Lineage(
            Within(column.name, timedelta(milliseconds=column.lead_ms)), PLAIN, whose
        )
        for column in table.columns
        if column.within
    }
    shown[dataset.key] = Lineage(START, None, whose)
    shown[table.time_column] = Lineage(START, PLAIN, whose)
    return Relation(
        tuple(
            Output(column.name, shown.get(column.name), _value(table, column.name))
            for column in table.columns
        ),
        number=number,
    )


def _value(table: Table, column: str) -> Value | None:
    pushdown = table.filter_of(column)
    return Value(START, pushdown, table.is_told(column)) if pushdown else None
