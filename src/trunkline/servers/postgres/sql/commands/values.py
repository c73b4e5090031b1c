"""What a statement asks for: one value a kind, named as the pages of PostgreSQL name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.types import PgType

Name = tuple[str, ...]  # with what qualifies it, folded


@dataclass(frozen=True, slots=True)
class Select:
    """A query: SELECT, VALUES, TABLE, WITH, or DuckDB's FROM-first."""

    query: Statement


@dataclass(frozen=True, slots=True)
class SetTo:
    """SET; ``value`` is None for DEFAULT, and several values are joined by ", "."""

    name: str
    value: str | None
    local: bool = False


@dataclass(frozen=True, slots=True)
class SetTransaction:
    """SET TRANSACTION, or SET SESSION CHARACTERISTICS: settings by their names."""

    settings: Mapping[str, str]
    session: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW; ``all`` is a name too."""

    name: str


@dataclass(frozen=True, slots=True)
class Reset:
    """RESET; ``all`` is a name too."""

    name: str


@dataclass(frozen=True, slots=True)
class Discard:
    """DISCARD: ``all``, ``plans``, ``sequences`` or ``temp``."""

    what: str


@dataclass(frozen=True, slots=True)
class Begin:
    """BEGIN or START TRANSACTION (``tag``), with the settings of its modes."""

    settings: Mapping[str, str] = field(default_factory=dict)
    tag: str = "BEGIN"


@dataclass(frozen=True, slots=True)
class Commit:
    """COMMIT or END; with ``chain`` another transaction begins."""

    chain: bool = False


@dataclass(frozen=True, slots=True)
class Rollback:
    """ROLLBACK or ABORT; with ``chain`` another transaction begins."""

    chain: bool = False


@dataclass(frozen=True, slots=True)
class Savepoint:
    """SAVEPOINT."""

    name: str


@dataclass(frozen=True, slots=True)
class RollbackTo:
    """ROLLBACK TO SAVEPOINT."""

    name: str


@dataclass(frozen=True, slots=True)
class ReleaseSavepoint:
    """RELEASE SAVEPOINT."""

    name: str


@dataclass(frozen=True, slots=True)
class DeclareCursor:
    """DECLARE ... CURSOR FOR a query; ``scroll`` is None where nothing is said."""

    name: str
    query: Statement
    hold: bool = False
    scroll: bool | None = None
    binary: bool = False


class Towards(Enum):
    """Which way a cursor moves."""

    FORWARD = "forward"
    BACKWARD = "backward"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class FetchFrom:
    """FETCH; ``count`` is None for ALL. FIRST is absolute 1, LAST absolute -1."""

    name: str
    towards: Towards = Towards.FORWARD
    count: int | None = 1


@dataclass(frozen=True, slots=True)
class MoveIn:
    """MOVE, as FETCH without rows."""

    name: str
    towards: Towards = Towards.FORWARD
    count: int | None = 1


@dataclass(frozen=True, slots=True)
class CloseCursor:
    """CLOSE; None is ALL."""

    name: str | None


@dataclass(frozen=True, slots=True)
class PrepareAs:
    """PREPARE name (types) AS statement."""

    name: str
    types: tuple[PgType, ...]
    statement: Statement


@dataclass(frozen=True, slots=True)
class ExecutePrepared:
    """EXECUTE name (expressions); each is the text of one."""

    name: str
    arguments: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Deallocate:
    """DEALLOCATE; None is ALL."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY ... TO STDOUT: of a query, or of a relation and some columns (none: all).

    Options by lower-case names: ``format``, ``delimiter``, ``null``, ``header``, ``quote``,
    ``escape``, ``encoding`` as text, ``force_quote`` as names or ``("*",)``.
    """

    query: Statement | None
    relation: Name = ()
    columns: tuple[str, ...] = ()
    options: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explain:
    """EXPLAIN of a statement; options by lower-case names, ``analyze`` among them."""

    statement: Statement
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """A column of a table that is made; ``declared`` is its type for DuckDB."""

    name: str
    type: PgType
    declared: str
    not_null: bool = False


@dataclass(frozen=True, slots=True)
class CreateTemporary:
    """CREATE TEMPORARY TABLE, with columns or AS a query (``names`` then are its columns')."""

    name: Name
    columns: tuple[ColumnOf, ...] = ()
    query: Statement | None = None
    names: tuple[str, ...] = ()
    if_not_exists: bool = False
    with_data: bool = True
    on_commit: str = "preserve rows"


@dataclass(frozen=True, slots=True)
class DropTable:
    """DROP TABLE; a session may drop what it made."""

    relations: tuple[Name, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class InsertInto:
    """INSERT INTO a relation, which must be a temporary one; no query is DEFAULT VALUES."""

    relation: Name
    columns: tuple[str, ...]
    query: Statement | None


@dataclass(frozen=True, slots=True)
class Truncate:
    """TRUNCATE of relations, which must be temporary ones."""

    relations: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """What changes nothing here and is answered with its tag."""

    tag: str


Command = (
    Select | SetTo | SetTransaction | Show | Reset | Discard | Begin | Commit | Rollback | Savepoint
    | RollbackTo | ReleaseSavepoint | DeclareCursor | FetchFrom | MoveIn | CloseCursor | PrepareAs
    | ExecutePrepared | Deallocate | Copy | Explain | CreateTemporary | DropTable | InsertInto
    | Truncate | Ignored
)  # fmt: skip
