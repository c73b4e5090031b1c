"""What the server has to show, as plain values: relations with keys and comments, and roles."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from trunkline.servers.postgres.encoding import columns_of
from trunkline.servers.postgres.types import PgType

TABLE, VIEW = "table", "view"


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """A column; ``modifier`` is PostgreSQL's ``atttypmod`` (precision and scale of a numeric)."""

    name: str
    type: PgType
    description: str | None = None
    not_null: bool = False
    modifier: int = -1


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values are the key of another relation."""

    columns: tuple[str, ...]
    schema: str
    relation: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelationShown:
    """A table or a view; only a table has keys, as in PostgreSQL.

    ``definition`` is the text of a view, where it may be seen.
    """

    schema: str
    name: str
    columns: tuple[ColumnShown, ...]
    kind: str = TABLE
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    description: str | None = None
    definition: str | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if missing := sorted(
            {*self.key, *(c for f in self.foreign_keys for c in f.columns)} - {*names}
        ):
            raise ValueError(f"relation {self.schema}.{self.name}: no columns {missing}")

    def number(self, column: str) -> int:
        """The place of a column, from 1."""
        return next(n for n, each in enumerate(self.columns, 1) if each.name == column)


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A user or a role; none of them may write."""

    name: str
    can_login: bool = True
    is_superuser: bool = False


def column_shown(
    name: str, type_: pa.DataType, description: str | None = None, *, not_null: bool = False
) -> ColumnShown:
    """A column of an Arrow type, as rows of it are sent."""
    (column,) = columns_of(pa.schema([(name, type_)]))
    return ColumnShown(name, column.type, description, not_null, column.modifier)
