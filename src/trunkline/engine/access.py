"""What a reader may read of the relations: by role, by grants, and never both ends of a number.

See design/0049. A relation of which nothing is open is closed; one of which some columns are open
has those alone, and its time column, without which nothing could be bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from trunkline.catalog import FINANCE, Column, Pii, Table
from trunkline.catalogs import Catalogs
from trunkline.engine.reader import Reader
from trunkline.engine.seeing_through import Ground, over, seen
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import Treatment, default_of
from trunkline.lake.relation import LOCAL_SCHEMA, SYSTEM_SCHEMA, Closed, Relation
from trunkline.roles import ALL, Role
from trunkline.views import View

FOR_ADMINISTRATORS = frozenset({"refused_logins"})  # of the system's tables


def may_read(role: Role, table: Table, policy: Policy) -> bool:
    """Whether a role reads a table where no grant says otherwise."""
    if role is Role.ANALYST:
        return table.schema != FINANCE
    return not any(is_never(role, table, column, policy) for column in table.columns)


def is_never(role: Role, table: Table, column: Column, policy: Policy) -> bool:
    """Whether a column is closed to a role whatever is granted: half of a number it reads.

    By default too: days that landed before a policy redacted them have the digits still.
    """
    if role is Role.ANALYST:
        return column.pii is Pii.FRONT
    if role is Role.FINANCE:
        treatments = (default_of(column), policy.treatment(table, column))
        return Treatment.LAST_DIGITS in treatments
    return False


def opened_to(
    reader: Reader, relations: Iterable[Relation], catalogs: Catalogs, policy: Policy
) -> tuple[Relation, ...]:
    """The relations as the reader has them: open, closed, or with some columns hidden.

    Declared views stand behind what they are made of.
    """
    if reader.reads_all:
        return tuple(relations)
    judged: list[Relation] = []
    grounds: dict[str, Ground] = {}
    for relation in relations:
        if view := catalogs.view(relation.name, relation.schema):
            below = [grounds[name] for name in view.below]
            judged.append(_over(reader, relation, view, below, catalogs))
        else:
            grounds[relation.qualified] = _ground(reader, relation, catalogs, policy)
            judged.append(_judged(reader, relation, catalogs, policy))
    return tuple(judged)


def _ground(reader: Reader, relation: Relation, catalogs: Catalogs, policy: Policy) -> Ground:
    """What of a relation views may show to a reader; of ours, the freshness of days, all."""
    if relation.schema == SYSTEM_SCHEMA:
        return Ground(relation, frozenset(), {})
    found = catalogs.find(relation.name, relation.schema)
    table = found[1] if found else None
    role, columns = reader.role, table.columns if table else ()
    never = frozenset(c.name for c in columns if table and is_never(role, table, c, policy))
    is_closed = table is not None and role is Role.ANALYST and table.schema == FINANCE
    shut: dict[str, int] = {}
    for name, _ in relation.columns:
        of = table.name if table else relation.name
        said = _said(reader, relation.schema, of, name, catalogs)
        if said and not said[0]:
            shut[name] = said[1]
        elif said is None and is_closed:
            shut[name] = 0
    if table and len(shut) < len(columns):
        shut.pop(table.time_column, None)
    return Ground(relation, never, shut)


def _over(
    reader: Reader, relation: Relation, view: View, below: Sequence[Ground], catalogs: Catalogs
) -> Relation:
    """A declared view, with what may be seen through it."""
    schema, names = view.schema, [column.name for column in view.columns]
    said = {name: _said(reader, schema, view.name, name, catalogs) for name in names}
    opened = seen(view, said, below)
    if not opened:
        return closed(relation, hiding_from(reader))
    return showing(over(relation, view, opened, below), opened, hiding_from(reader))


def _judged(reader: Reader, relation: Relation, catalogs: Catalogs, policy: Policy) -> Relation:
    found = catalogs.find(relation.name, relation.schema)
    if found is None:
        return _beside(reader, relation, catalogs)
    _, table = found
    default = may_read(reader.role, table, policy)
    never = {c.name for c in table.columns if is_never(reader.role, table, c, policy)}
    said = {c: _said(reader, relation.schema, table.name, c, catalogs) for c, _ in relation.columns}
    told = {column: decided and decided[0] for column, decided in said.items()}
    opened = {
        column
        for column, verdict in told.items()
        if column not in never and (default if verdict is None else verdict)
    }
    if not opened:
        return closed(relation, _why(reader, table, policy, told.values()))
    return showing(relation, opened | {table.time_column}, hiding_from(reader))


def _beside(reader: Reader, relation: Relation, catalogs: Catalogs) -> Relation:
    """What no catalogue has: tables of ours, of the user's own, and what nobody has judged."""
    if relation.schema not in (SYSTEM_SCHEMA, LOCAL_SCHEMA):
        return closed(relation, Closed("nothing says who may read it", reader.shown))
    if relation.schema == SYSTEM_SCHEMA and relation.name in FOR_ADMINISTRATORS:
        return closed(relation, Closed("administrators alone may read it", reader.shown, NOBODY))
    schema, name = relation.schema, relation.name
    columns = [column for column, _ in relation.columns] or [""]  # not looked into yet
    said = {column: _said(reader, schema, name, column, catalogs) for column in columns}
    opened = {column for column, decided in said.items() if not decided or decided[0]}
    if not opened:
        return closed(relation, hiding_from(reader))
    return showing(relation, opened, hiding_from(reader))


def _said(
    reader: Reader, schema: str, relation: str, column: str, catalogs: Catalogs
) -> tuple[bool, int] | None:
    """What the grants say of a column, by whatever it may be called, and how much that counts."""
    bare = (relation,) if schema == catalogs.default.schema else ()
    names = (f"{schema}.{relation}", *bare)
    columns = tuple(f"{name}.{column}" for name in names)
    return reader.grants.decide((columns, names, (schema,), (ALL,)))


def showing(relation: Relation, columns: Iterable[str], hiding: Closed) -> Relation:
    """A relation with some of its columns alone."""
    kept = frozenset(columns)
    hidden = tuple(pair for pair in relation.columns if pair[0] not in kept)
    if not hidden:
        return relation
    shown = tuple(pair for pair in relation.columns if pair[0] in kept)
    return replace(relation, columns=shown, hidden=(*relation.hidden, *hidden), hiding=hiding)


def closed(relation: Relation, why: Closed) -> Relation:
    """A relation that is not there but for the words that say why."""
    return replace(relation.empty, closed=why)


NOBODY = "An administrator can ask it."
_GRANT = "An administrator can grant it: trunkline users set {user} --grant NAME."
_SETTING = "Who asks is the setting role (TRUNKLINE_ROLE)."


def hiding_from(reader: Reader) -> Closed:
    """Why something is closed that a grant could open."""
    advice = _GRANT.format(user=reader.user) if reader.user else _SETTING
    return Closed("it is not granted", reader.shown, advice)


def _why(reader: Reader, table: Table, policy: Policy, verdicts: Iterable[bool | None]) -> Closed:
    if False in verdicts or may_read(reader.role, table, policy):
        return hiding_from(reader)
    readers = " or ".join(_readers(table, policy))
    which = "fronts" if table.schema == FINANCE else "last digits"
    why = f"it holds the {which} of numbers; the role {readers} may read it"
    return Closed(why, reader.shown, hiding_from(reader).advice if not reader.user else NOBODY)


def _readers(table: Table, policy: Policy) -> Iterator[str]:
    return (role.value for role in Role if may_read(role, table, policy))
