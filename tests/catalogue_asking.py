"""Questions to our system catalogue, answered as text as a client reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

from tests import catalogue_world as world
from tests.postgres_client import messages, row
from trunkline.servers.postgres.catalogue import (
    RelationShown,
    SessionFacts,
    SystemCatalogue,
    SystemSession,
)
from trunkline.servers.postgres.encoding import data_rows
from trunkline.servers.postgres.encoding.codings import coding_of
from trunkline.servers.postgres.encoding.style import UTC
from trunkline.servers.postgres.parameters import decoded
from trunkline.servers.postgres.sql import translated
from trunkline.servers.postgres.types import Column

FACTS = SessionFacts(world.USER, (world.SCHEMA,), pid=7, settings={"search_path": world.SCHEMA})


@dataclass
class Asking:
    """A session, and the names of our objects by their numbers."""

    session: SystemSession
    oids: Mapping[int, str] = field(default_factory=dict)

    def ask(
        self, sql: str, values: Sequence[str] = ()
    ) -> tuple[list[str], list[int], list[world.Row]]:
        """Names, types and rows; what stands for a number in the text is that number."""
        asked = translated(world.numbered(sql, self.oids), self.session.facts())
        columns = self.session.describe(asked)
        given = [
            decoded(world.numbered(value, self.oids).encode(), type_, 0, place)
            for place, (value, type_) in enumerate(
                zip(values, asked.parameter_types, strict=True), 1
            )
        ]
        answer = self.session.query(asked, given)
        rows = [one for batch in answer.batches for one in _rows(batch, columns)]
        return [c.name for c in columns], [c.type.oid for c in columns], rows

    def sent(self, sql: str) -> list[Sequence[bytes | None]]:
        """Rows in binary."""
        asked = translated(sql, self.session.facts())
        columns = self.session.describe(asked)
        formats = [1] * len(columns)
        batches = self.session.query(asked).batches
        data = b"".join(d for batch in batches for d in data_rows(batch, columns, formats, UTC))
        return [row(body) for _, body in messages(data)]

    def rows(self, sql: str, *values: str) -> list[world.Row]:
        return self.ask(sql, values)[2]


@contextmanager
def asking(
    every: Iterable[RelationShown],
    visible: Iterable[RelationShown] | None = None,
    facts: SessionFacts = FACTS,
) -> Iterator[Asking]:
    catalogue = SystemCatalogue(
        every, world.DATABASE, visible, roles=world.ROLES, schemas=world.SCHEMAS
    )
    session = catalogue.session(facts)
    try:
        bare = Asking(session)
        yield Asking(session, {int(oid or 0): name or "" for oid, name in bare.rows(world.OIDS)})
    finally:
        session.close()


def _rows(batch: pa.RecordBatch, columns: Sequence[Column]) -> Iterable[world.Row]:
    cells = [
        [_text(cell) for cell in coding_of(array.type, column.type).text(array, UTC).to_pylist()]
        for array, column in zip(batch.columns, columns, strict=True)
    ]
    return zip(*cells, strict=True)


def _text(cell: str | bytes | None) -> str | None:
    return cell.decode() if isinstance(cell, bytes) else cell
