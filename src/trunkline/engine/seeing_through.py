"""Declared views as a reader has them: with the columns that may be seen of what is below them.

A view reads what is below it whoever asks, as one of PostgreSQL reads with the rights of its owner.
What it reads stands beside it in a session under a name that no text may write. So a view may be
granted to whom its tables are closed; and what is said of a table or a column by name holds for the
views over it, unless something at least as specific is said of the view. What no grant opens (half
of a number) no view shows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from trunkline.lake.relation import BENEATH, Relation
from trunkline.views import View

Said = tuple[bool, int] | None
"""What grants say of a column, and how much that counts."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Ground:
    """A relation that views stand on.

    ``never`` are its columns that no grant opens to the reader; ``shut`` those that are closed,
    with how much counts what closes them.
    """

    relation: Relation
    never: frozenset[str]
    shut: Mapping[str, int]

    def stops(self, words: Iterable[str], weight: int) -> bool:
        """Whether it has one of these columns closed to what counts so much."""
        return any(word in self.never or self.shut.get(word, -1) > weight for word in words)

    @property
    def beneath(self) -> Relation:
        """The relation under the name that views read it by."""
        columns = tuple(pair for pair in self.relation.columns if pair[0] not in self.never)
        hidden = tuple(pair for pair in self.relation.columns if pair[0] in self.never)
        schema = f"{BENEATH}{self.relation.schema}"
        return replace(self.relation, schema=schema, columns=columns, hidden=hidden)


def seen(view: View, said: Mapping[str, Said], grounds: Collection[Ground]) -> frozenset[str]:
    """The columns of a view that a reader sees; none where all of it is closed."""
    weights = {name: told[1] if told and told[0] else -1 for name, told in said.items()}
    opened = frozenset(
        column.name
        for column in view.columns
        if (told := said[column.name]) is None or told[0]
        if not _stopped(grounds, column.sql, weights[column.name])
    )
    most = max((weights[name] for name in opened), default=-1)
    return frozenset() if _stopped(grounds, view.source, most) else opened


def over(
    relation: Relation, view: View, columns: Collection[str], grounds: Iterable[Ground]
) -> Relation:
    """The relation of a view that shows these columns, with what it reads beside it."""
    query = view.showing(columns, BENEATH)
    return replace(relation, query=query, below=(), beneath=tuple(g.beneath for g in grounds))


def _stopped(grounds: Iterable[Ground], text: str, weight: int) -> bool:
    words = frozenset(_WORD.findall(text))
    return any(ground.stops(words, weight) for ground in grounds)
