"""What a reader may read of the relations: by role, by grants, and never both ends of a number.

See design/0049. A relation of which nothing is open is closed; one of which some columns are open
has those alone, and its time column, without which nothing could be bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from trunkline.catalog import FINANCE, Column, Pii, Table
from trunkline.catalogs import Catalogs
from trunkline.engine.reader import Reader
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import Treatment, default_of
from trunkline.lake.relation import LOCAL_SCHEMA, SYSTEM_SCHEMA, Closed, Relation
from trunkline.roles import ALL, Role

_WORD = re.compile(r"\w+")
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
    judged: dict[str, Relation] = {}
    for relation in relations:
        if catalogs.view(relation.name, relation.schema):
            judged[relation.qualified] = _over(reader, relation, judged, catalogs)
        else:
            judged[relation.qualified] = _judged(reader, relation, catalogs, policy)
    return tuple(judged.values())


def _judged(reader: Reader, relation: Relation, catalogs: Catalogs, policy: Policy) -> Relation:
    found = catalogs.find(relation.name, relation.schema)
    if found is None:
        return _beside(reader, relation, catalogs)
    _, table = found
    default = may_read(reader.role, table, policy)
    never = {c.name for c in table.columns if is_never(reader.role, table, c, policy)}
    names = names_of(relation.schema, table.name, catalogs)
    told = {column: _verdict(reader, names, column) for column, _ in relation.columns}
    opened = {
        column
        for column, verdict in told.items()
        if column not in never and (default if verdict is None else verdict)
    }
    if not opened:
        return closed(relation, _why(reader, table, policy, told.values()))
    return showing(relation, opened | {table.time_column}, hiding_from(reader))


def _over(
    reader: Reader, view: Relation, judged: Mapping[str, Relation], catalogs: Catalogs
) -> Relation:
    """A declared view, which shows nothing that is closed to the reader below it.

    A column is read where its name stands in the view: letter by letter, of whichever table.
    """
    words = frozenset(_WORD.findall(view.query))
    for name in view.below:
        base = judged[name]
        if base.closed:
            return closed(view, replace(base.closed, why=f"of {name}, {base.closed.why}"))
        if base.hiding and not words.isdisjoint(column for column, _ in base.hidden):
            return closed(view, replace(base.hiding, why=f"columns of {name} are not granted"))
    return _beside(reader, view, catalogs)


def _beside(reader: Reader, relation: Relation, catalogs: Catalogs) -> Relation:
    """What no catalogue has: tables of ours, of the user's own, and what nobody has judged."""
    ours = relation.schema in (SYSTEM_SCHEMA, LOCAL_SCHEMA)
    if not ours and not catalogs.view(relation.name, relation.schema):
        return closed(relation, Closed("nothing says who may read it", reader.shown))
    if relation.schema == SYSTEM_SCHEMA and relation.name in FOR_ADMINISTRATORS:
        return closed(relation, Closed("administrators alone may read it", reader.shown, NOBODY))
    names = names_of(relation.schema, relation.name, catalogs)
    opened = {c for c, _ in relation.columns if _verdict(reader, names, c) is not False}
    unseen = not relation.columns and _verdict(reader, names, "") is not False
    if not opened and not unseen:
        return closed(relation, hiding_from(reader))
    return showing(relation, opened, hiding_from(reader))


def names_of(schema: str, relation: str, catalogs: Catalogs) -> tuple[str, ...]:
    """What a relation may be called where something is said of it, the most specific first."""
    bare = (relation,) if schema == catalogs.default.schema else ()
    return (f"{schema}.{relation}", *bare, schema, ALL)


def _verdict(reader: Reader, names: tuple[str, ...], column: str) -> bool | None:
    of_relation = (name for name in names[:-2])
    return reader.grants.verdict((*(f"{name}.{column}" for name in of_relation), *names))


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
