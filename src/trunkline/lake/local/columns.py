"""How a file is read: what stands after FROM, and what each column is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.lake.local.inspecting import NoTable
from trunkline.lake.local.naming import clashes, snake
from trunkline.types import FoundType


@dataclass(frozen=True, slots=True)
class LocalColumn:
    """A column by its name in SQL; ``written`` as the file has it."""

    name: str
    written: str
    type: FoundType
    expression: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: in words, and as SQL."""

    manner: str
    source: str
    columns: tuple[LocalColumn, ...]

    @property
    def sql(self) -> str:
        """The query whose rows are the table's."""
        selected = ", ".join(f'{column.expression} AS "{column.name}"' for column in self.columns)
        return f"SELECT {selected} FROM {self.source}"  # noqa: S608 (literals are escaped)


def names_of(written: Sequence[str]) -> tuple[str, ...]:
    """The names of columns in SQL. NoTable where one has none, or two have the same."""
    names = tuple(map(snake, written))
    for place, name in enumerate(names, start=1):
        if not name:
            raise NoTable(f"its column {place} has no name")
    for name, of in clashes(zip(names, written, strict=True)).items():
        raise NoTable(f"{len(of)} of its columns would be called {name}: {', '.join(of)}")
    return names
