"""A query of PostgreSQL's as DuckDB runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.facts import Facts
from trunkline.servers.postgres.sql.lexer import lex
from trunkline.servers.postgres.sql.parsing.queries import parse
from trunkline.servers.postgres.sql.parsing.state import Unread, too_deep
from trunkline.servers.postgres.sql.refusal import refused_at, unsupported
from trunkline.servers.postgres.sql.rules import RULES
from trunkline.servers.postgres.sql.rules.quotients import makes_quotients
from trunkline.servers.postgres.sql.rules.twins import require_told_apart
from trunkline.servers.postgres.sql.statement import Statement, split
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.typing.annotation import Annotation
from trunkline.servers.postgres.sql.typing.origins import Origin, origins
from trunkline.servers.postgres.sql.typing.reading import read
from trunkline.servers.postgres.sql.typing.scope import Scope
from trunkline.servers.postgres.sql.typing.tables import by_oid, name_of, type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Written, written
from trunkline.servers.postgres.types import TEXT, UNKNOWN, PgType

MOST_PARAMETERS = 65_535  # that Bind can count


class Where(Enum):
    """Which database answers."""

    SYSTEM = "system"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Translated:
    """A query for DuckDB.

    ``names`` are PostgreSQL's names of the columns, None for one that DuckDB names; none at all
    where their number is not known, and all keep DuckDB's. ``types`` are what PostgreSQL would give
    them, where that is known. ``relations`` are as the query names them. ``origins`` are the OIDs
    of relations and the numbers of columns there that the columns are, none at all where not known.
    ``zones`` are the parameters that name a time zone, with whether each is nothing else.
    """

    sql: str
    names: tuple[str | None, ...]
    parameter_types: tuple[PgType, ...]
    relations: frozenset[tuple[str | None, str]]
    where: Where
    types: tuple[PgType | None, ...] = ()
    _written: Written = field(default=Written("", (), ()), repr=False, compare=False)
    origins: tuple[Origin, ...] = ()
    zones: tuple[tuple[int, bool], ...] = ()

    def position(self, place: int) -> int:
        """From a character of ``sql`` to one of the query, both counted from 0."""
        return self._written.position(place)


def translated(
    query: str,
    facts: Facts,
    parameter_types: Sequence[int] = (),
    targets: Sequence[PgType] = (),
) -> Translated:
    """What DuckDB runs for a query, which is one statement.

    ``parameter_types`` are the OIDs that a client gave, 0 where it gave none; ``targets`` the types
    of the columns that an INSERT writes. Raises Refused where DuckDB cannot mean what PostgreSQL
    means.
    """
    statements = split(query)
    if len(statements) != 1:
        raise refused_at("42601", "cannot insert multiple commands into a prepared statement")
    statement = statements[0]
    try:
        return _translated(statement, facts, _given(parameter_types), targets)
    except Refused as refused:
        raise _within(refused, statement.offset) from None
    except RecursionError:
        raise too_deep() from None


def _within(refused: Refused, offset: int) -> Refused:
    """The same, its place counted from the start of the whole text."""
    report = refused.report
    if report.position is None:
        return refused
    return Refused(replace(report, position=report.position + offset))


def _translated(
    statement: Statement, facts: Facts, given: dict[int, PgType], targets: Sequence[PgType]
) -> Translated:
    try:
        parsed = parse(statement)
    except Unread:
        return _as_it_is(statement, facts, given)
    return _said_again(statement, parsed, facts, given, targets)


def _said_again(
    statement: Statement,
    parsed: tree.Query,
    facts: Facts,
    given: dict[int, PgType],
    targets: Sequence[PgType],
) -> Translated:
    about = Annotation(facts, read, given={number: name_of(one) for number, one in given.items()})
    scope = Scope(facts)
    columns = read(parsed, scope, about)
    _assign(parsed.body, [name_of(one) for one in targets], about)
    if any(type_ != "unknown" for type_ in about.parameters.values()):
        columns = read(parsed, scope, about)  # once more, with what was found of parameters
    about.outermost = frozenset(map(id, _outermost(parsed.body)))
    about.anchors = frozenset(map(id, _anchors(parsed)))
    writer = Writer(statement, about, RULES)
    about.has_quotients = makes_quotients(parsed, writer)
    require_told_apart(parsed, writer)
    rope = writer.write(parsed)
    text = _moved(written(rope), statement.offset)
    if any(token.kind is Kind.PARAMETER for token in statement.tokens):
        _require_parameters(statement, text.text)
    names = tuple(name for name, _ in columns) if columns is not None else ()
    types = tuple(_type(type_) for _, type_ in columns) if columns is not None else ()
    parameters = _parameters(statement, about.parameters, given)
    named = about.named
    system = all(known is not None and known.system for known in named.values())
    where = Where.SYSTEM if system else Where.DATA
    come = origins(parsed, about.relations)
    found = tuple(origin for _, origin in come) if come and len(come) == len(names) else ()
    return Translated(
        text.text, names, parameters, frozenset(named), where, types, text, found,
        _zones(statement, about.zones),
    )  # fmt: skip


def _zones(statement: Statement, found: Sequence[int]) -> tuple[tuple[int, bool], ...]:
    numbers = [int(one.value) for one in statement.tokens if one.kind is Kind.PARAMETER]
    return tuple((one, found.count(one) == numbers.count(one)) for one in sorted(set(found)))


def _assign(body: tree.Node, targets: Sequence[str], about: Annotation) -> None:
    """What an INSERT writes is of its columns' types, where nothing else says so."""
    match body:
        case tree.Values(rows=rows):
            for row in rows:
                about.take_as(row.items, targets)
        case tree.Select(items=items):
            about.take_as([one.expression for one in items], targets)


def _anchors(query: tree.Query) -> list[tree.Item]:
    """What recursive queries select first: of each UNION, the items before it."""
    return [
        item
        for one in tree.walk(query)
        if isinstance(one, tree.Query) and one.recursive
        for common in one.common
        if isinstance(common.query.body, tree.Sets)
        for item in _outermost(common.query.body.left)
    ]


def _outermost(body: tree.Node) -> list[tree.Item]:
    match body:
        case tree.Select(items=items):
            return list(items)
        case tree.Sets(left=left, right=right):
            return [*_outermost(left), *_outermost(right)]
        case tree.Derived(query=query):
            return _outermost(query.body)
    return []


def _type(name: str) -> PgType | None:
    return (TEXT if name == "unknown" else type_of(name)) if name else None


def _given(oids: Sequence[int]) -> dict[int, PgType]:
    found = {number: by_oid(oid) for number, oid in enumerate(oids, 1) if oid}
    return {number: one for number, one in found.items() if one is not None and one != UNKNOWN}


def _moved(text: Written, offset: int) -> Written:
    return Written(text.text, text.places, tuple(place + offset for place in text.sources))


def _parameters(
    statement: Statement, found: dict[int, str], given: dict[int, PgType]
) -> tuple[PgType, ...]:
    numbers = [int(one.value) for one in statement.tokens if one.kind is Kind.PARAMETER]
    most = max([*numbers, *given], default=0)
    if most > MOST_PARAMETERS or 0 in numbers:
        raise refused_at("42P02", f"there is no parameter ${most or 0}")
    types = {number: type_of(name) for number, name in found.items()}
    return tuple(given.get(number) or types.get(number, TEXT) for number in range(1, most + 1))


def _require_parameters(statement: Statement, text: str) -> None:
    """A parameter that a rule has left out could not be bound."""
    kept = {token.value for token in lex(text) if token.kind is Kind.PARAMETER}
    for token in statement.tokens:
        if token.kind is Kind.PARAMETER and token.value not in kept:
            raise unsupported("a parameter in this place", token.start)


def _as_it_is(statement: Statement, facts: Facts, given: dict[int, PgType]) -> Translated:
    """DuckDB's own SQL: only literals, identifiers and names of relations are spelled anew."""
    named: dict[tuple[str | None, str], bool] = {}
    for schema, name in _mentioned(statement):
        known = facts.relation(schema, name)
        if known is not None:
            named[schema, name] = known.system
    text = _moved(written(statement.tokens), statement.offset)
    parameters = _parameters(statement, {}, given)
    system = bool(named) and all(named.values())
    where = Where.SYSTEM if system else Where.DATA
    return Translated(text.text, (), parameters, frozenset(named), where, (), text)


def _mentioned(statement: Statement) -> list[tuple[str | None, str]]:
    """Names that may be relations: those behind FROM, JOIN and commas."""
    found: list[tuple[str | None, str]] = []
    tokens = statement.tokens
    for place, token in enumerate(tokens[:-1]):
        if token.is_("from", "join", ",", "(") and tokens[place + 1].is_identifier:
            name = tokens[place + 1].value
            qualified = place + 3 < len(tokens) and tokens[place + 2].is_(".")
            found.append((name, tokens[place + 3].value) if qualified else (None, name))
    return found
