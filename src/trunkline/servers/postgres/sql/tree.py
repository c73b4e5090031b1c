"""The tree of a query: every node knows which tokens it was read from.

A node that no rule writes anew is written as its tokens are, with its children in their places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from trunkline.servers.postgres.sql.tokens import Token
from trunkline.servers.postgres.sql.type_names import Named


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """``first`` and ``last`` are places among the tokens, the second one behind the end."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Opaque(Node):
    """What is left as it is written, but for what is known in it."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A string, number or string of bits; TRUE, FALSE and NULL by their names."""

    token: Token


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Node):
    """``$number``."""

    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Column(Node):
    """A column by its name and what qualifies it."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Star(Node):
    """``*`` or ``relation.*``; ``changed`` where DuckDB's EXCLUDE, REPLACE or RENAME follow."""

    qualifier: tuple[str, ...]
    changed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Paren(Node):
    """An expression in parentheses."""

    inner: Node


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Node):
    """An operator before its operand."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Node):
    """An operator between two operands. ``sign`` is the operator's first token."""

    operator: str
    left: Node
    right: Node
    sign: int


@dataclass(frozen=True, slots=True, eq=False)
class Chain(Node):
    """Conditions with AND, or with OR, between them: there may be thousands."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Cast(Node):
    """``CAST(x AS type)``, ``x::type`` or ``type 'x'``; ``attempt`` is DuckDB's TRY_CAST."""

    operand: Node
    to: Named | None
    attempt: bool = False
    prefixed: bool = False  # type 'x'


@dataclass(frozen=True, slots=True, eq=False)
class Case(Node):
    """CASE; ``whens`` are conditions and results in turn."""

    operand: Node | None
    whens: tuple[Node, ...]
    otherwise: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class In(Node):
    """IN, of expressions or of a query."""

    operand: Node
    items: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Between(Node):
    """BETWEEN."""

    operand: Node
    low: Node
    high: Node
    negated: bool
    symmetric: bool


@dataclass(frozen=True, slots=True, eq=False)
class Like(Node):
    """LIKE, ILIKE or SIMILAR TO (``similar``)."""

    operator: str
    operand: Node
    pattern: Node
    escape: Node | None
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Is(Node):
    """IS [NOT] something: ``null``, ``true``, ``unknown``, ``distinct from`` with ``other``."""

    operand: Node
    test: str
    negated: bool
    other: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Quantified(Node):
    """``x operator ANY (...)`` or ALL, of an array or of a query."""

    operator: str
    left: Node
    every: bool
    right: Node
    sign: int


@dataclass(frozen=True, slots=True, eq=False)
class Array(Node):
    """``ARRAY[...]`` or ``[...]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Row(Node):
    """``(a, b)`` or ``ROW(a, b)``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Index(Node):
    """``x[lower]``, or with ``slice`` ``x[lower:upper]``."""

    base: Node
    lower: Node | None
    upper: Node | None = None
    slice: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Member(Node):
    """``(x).name``; of an array of records or a struct."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class AtZone(Node):
    """``x AT TIME ZONE zone``."""

    operand: Node
    zone: Node


@dataclass(frozen=True, slots=True, eq=False)
class Collate(Node):
    """``x COLLATE name``."""

    operand: Node
    name: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SortKey(Node):
    """A key of an ORDER BY; ``nulls`` is empty where nothing is said of them."""

    expression: Node
    descending: bool
    nulls: str


@dataclass(frozen=True, slots=True, eq=False)
class Window(Node):
    """What stands in the parentheses of OVER, or the name of a window."""

    partition: tuple[Node, ...]
    order: tuple[SortKey, ...]
    rest: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """A function, also of a grammar of its own (EXTRACT, TRIM ...).

    ``bare`` ones have no parentheses; ``odd`` ones have something of DuckDB's in them.
    """

    names: tuple[str, ...]
    arguments: tuple[Node, ...]
    distinct: bool = False
    order: tuple[SortKey, ...] = ()
    within: tuple[SortKey, ...] = ()
    filter: Node | None = None
    over: Node | None = None
    bare: bool = False
    variadic: bool = False
    odd: bool = False

    @property
    def name(self) -> str:
        """The name without what qualifies it."""
        return self.names[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Subquery(Node):
    """A query in parentheses as an expression; ``of`` is EXISTS, ARRAY or nothing."""

    query: Query
    of: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Item(Node):
    """What is selected; ``alias`` is empty where none is written."""

    expression: Node
    alias: str


@dataclass(frozen=True, slots=True, eq=False)
class Alias(Node):
    """The name of a source, and of its columns."""

    name: str
    columns: tuple[str, ...]
    typed: bool = False  # with types, as a function of records has


@dataclass(frozen=True, slots=True, eq=False)
class Table(Node):
    """A relation in FROM; ``path`` are the tokens of its name."""

    names: tuple[str, ...]
    path: Node
    alias: Alias | None


@dataclass(frozen=True, slots=True, eq=False)
class Derived(Node):
    """A query in FROM."""

    query: Query
    alias: Alias | None


@dataclass(frozen=True, slots=True, eq=False)
class FromCall(Node):
    """A function in FROM."""

    call: Node
    alias: Alias | None
    ordinality: bool


@dataclass(frozen=True, slots=True, eq=False)
class Join(Node):
    """Two sources; ``using`` are the columns they share, ``natural`` all they could."""

    left: Node
    right: Node
    condition: Node | None
    using: tuple[str, ...]
    natural: bool
    hides: bool = False  # a semi or anti join of DuckDB's gives no columns of the second


@dataclass(frozen=True, slots=True, eq=False)
class Select(Node):
    """SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ...; ``rest`` are other expressions."""

    items: tuple[Item, ...]
    sources: tuple[Node, ...]
    where: Node | None
    rest: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Values(Node):
    """VALUES."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sets(Node):
    """UNION, INTERSECT or EXCEPT of two queries."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Common(Node):
    """A common table expression."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(frozen=True, slots=True, eq=False)
class Limit(Node):
    """LIMIT or FETCH FIRST; ``count`` is None for ALL."""

    count: Node | None
    plain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Query(Node):
    """A query with what stands before and behind its body."""

    common: tuple[Common, ...]
    recursive: bool
    body: Node
    order: tuple[SortKey, ...]
    limit: Limit | None
    offset: Node | None


_FIELDS: dict[type[Node], tuple[str, ...]] = {}


def _fields(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(one.name for one in fields(kind))[2:]  # the first two are places
    return _FIELDS[kind]


def children(node: Node) -> list[Node]:
    """The nodes in a node, as they stand in the text."""
    found: list[Node] = []
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(one for one in value if isinstance(one, Node))
    found.sort(key=lambda one: (one.first, one.last))
    return found


def walk(node: Node) -> Iterator[Node]:
    """A node and every one in it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(children(one))
