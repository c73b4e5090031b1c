"""Our objects as rows of the system catalogue.

What each column means: https://www.postgresql.org/docs/15/catalogs.html. The values are those that
PostgreSQL 15 writes for the same CREATE TABLE and COMMENT.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trunkline.servers.postgres.catalogue.oids import oids_of
from trunkline.servers.postgres.catalogue.relations import (
    VIEW,
    ColumnShown,
    ForeignKey,
    RelationShown,
    RoleShown,
)

OWNER = 10  # the role postgres
PG_CLASS, PG_NAMESPACE, PG_CONSTRAINT, PG_DATABASE = 1259, 2615, 2606, 1262
OURS = {"pg_catalog", "information_schema", "public", "pg_toast"}
HEAP, BTREE = 2, 403
_COLLATION = {19: 950, 25: 100, 1042: 100, 1043: 100, 1009: 100, 1014: 100, 1015: 100, 1003: 950}
# Of each type that a key may have, its = and its class of operators of a B-tree.
_EQUALS = {
    16: 91, 17: 1955, 19: 93, 20: 410, 21: 94, 23: 96, 25: 98, 26: 607, 700: 620, 701: 670,
    1042: 1054, 1043: 98, 1082: 1093, 1083: 1108, 1114: 2060, 1184: 1320, 1700: 1752, 2950: 2972,
}  # fmt: skip
_OPCLASS = {
    16: 10003, 17: 10006, 19: 10028, 20: 3124, 21: 1979, 23: 1978, 25: 3126, 26: 1981, 700: 10012,
    701: 3123, 1042: 10004, 1043: 3126, 1082: 3122, 1083: 10038, 1114: 3128, 1184: 3127, 1700: 3125,
    2950: 10065,
}  # fmt: skip
_SYSTEM_COLUMNS = (
    ("ctid", 27, 6, -1, False, "s"), ("xmin", 28, 4, -2, True, "i"), ("cmin", 29, 4, -3, True, "i"),
    ("xmax", 28, 4, -4, True, "i"), ("cmax", 29, 4, -5, True, "i"), ("tableoid", 26, 4, -6, True, "i"),
)  # fmt: skip
Row = dict[str, object]


@dataclass(slots=True)
class _Writing:
    """The rows so far, by relation, and the numbers of everything that has a name."""

    oids: dict[str, int]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def put(self, relation: str, **values: object) -> None:
        self.rows[relation].append(values)

    def describe(self, class_: int, oid: int, words: str | None, number: int = 0) -> None:
        if words:
            self.put(
                "pg_description", objoid=oid, classoid=class_, objsubid=number, description=words
            )


def rows_of(
    relations: Sequence[RelationShown],
    visible: Sequence[RelationShown],
    database: str,
    roles: Iterable[RoleShown] = (),
    schemas: Iterable[tuple[str, str | None]] = (),
) -> dict[str, list[Row]]:
    """Rows of what is visible, by relation; numbers are drawn over all there is.

    A foreign key is left out where what it points at, or the key of that, is not visible.
    """
    _check_keys(relations)
    comments = dict(schemas)
    names = {r.schema for r in relations} | set(comments)
    roles = tuple(roles)
    writing = _Writing(oids_of(_named(relations, names - OURS, roles)))
    for schema in sorted({r.schema for r in visible} | set(comments)):
        if schema not in OURS:
            _schema(writing, schema, comments.get(schema))
    by_name = {(r.schema, r.name): r for r in visible}
    pointed = {(f.schema, f.relation) for r in visible for f in r.foreign_keys}
    for relation in visible:
        _relation(writing, relation, (relation.schema, relation.name) in pointed)
        for key in relation.foreign_keys:
            other = by_name.get((key.schema, key.relation))
            if other and other.key == key.references:
                _foreign_key(writing, relation, key, other)
    for role in roles:
        _role(writing, role)
    _database(writing, database)
    return writing.rows


def _check_keys(relations: Iterable[RelationShown]) -> None:
    keys = {(r.schema, r.name): r.key for r in relations}
    for relation in relations:
        for key in relation.foreign_keys:
            if keys.get((key.schema, key.relation)) != key.references:
                raise ValueError(
                    f"{relation.schema}.{relation.name}: {key.references} is not the key of "
                    f"{key.schema}.{key.relation}"
                )


def oid_of(relation: RelationShown) -> str:
    """The name that a relation's number is drawn from."""
    return f"class {relation.schema}.{relation.name}"


def _named(
    relations: Iterable[RelationShown], schemas: Iterable[str], roles: Iterable[RoleShown]
) -> Iterable[str]:
    yield from (f"schema {schema}" for schema in schemas)
    yield from (f"role {role.name}" for role in roles)
    for relation in relations:
        full = f"{relation.schema}.{relation.name}"
        yield oid_of(relation)
        yield f"type {full}"
        yield f"type {relation.schema}._{relation.name}"
        if relation.key:
            yield f"class {full}_pkey"
            yield f"constraint {full}_pkey"
        for key in relation.foreign_keys:
            yield f"constraint {relation.schema}.{_name_of(relation, key)}"


def _name_of(relation: RelationShown, key: ForeignKey) -> str:
    return f"{relation.name}_{'_'.join(key.columns)}_fkey"


def _schema_oid(writing: _Writing, schema: str) -> int:
    return 2200 if schema == "public" else writing.oids[f"schema {schema}"]


def _schema(writing: _Writing, schema: str, comment: str | None) -> None:
    oid = _schema_oid(writing, schema)
    writing.put("pg_namespace", oid=oid, nspname=schema, nspowner=OWNER, nspacl=None)
    writing.describe(PG_NAMESPACE, oid, comment)


def _relation(writing: _Writing, relation: RelationShown, is_pointed_at: bool) -> None:
    oid, is_view = writing.oids[oid_of(relation)], relation.kind == VIEW
    full = f"{relation.schema}.{relation.name}"
    row_type = writing.oids[f"type {full}"]
    has_key = bool(relation.key) and not is_view
    _class(
        writing, oid, relation.schema, relation.name,
        reltype=row_type, relam=0 if is_view else HEAP, relkind="v" if is_view else "r",
        relnatts=len(relation.columns), relfilenode=0 if is_view else oid,
        reltuples=-1.0, relhasindex=has_key, relhasrules=is_view, relreplident="n" if is_view else "d",
        relhastriggers=not is_view and (bool(relation.foreign_keys) or is_pointed_at),
    )  # fmt: skip
    _row_type(writing, relation, oid, row_type)
    writing.describe(PG_CLASS, oid, relation.description)
    for number, column in enumerate(relation.columns, 1):
        not_null = column.not_null or (has_key and column.name in relation.key)
        _attribute(writing, oid, number, column, not_null=not_null and not is_view)
        writing.describe(PG_CLASS, oid, column.description, number)
    if is_view:
        if relation.definition:
            writing.put("shown", kind="view", oid=oid, words=relation.definition)
        return
    for name, type_, size, number, by_value, align in _SYSTEM_COLUMNS:
        _system_attribute(writing, oid, name, type_, size, number, by_value, align)
    if has_key:
        _primary_key(writing, relation, oid)


def _class(writing: _Writing, oid: int, schema: str, name: str, **values: object) -> None:
    common: Row = dict(
        oid=oid, relname=name, relnamespace=_schema_oid(writing, schema), reloftype=0, relowner=OWNER,
        reltablespace=0, relpages=0, reltuples=0.0, relallvisible=0, reltoastrelid=0,
        relhasindex=False, relisshared=False, relpersistence="p", relchecks=0, relhasrules=False,
        relhastriggers=False, relhassubclass=False, relrowsecurity=False, relforcerowsecurity=False,
        relispopulated=True, relispartition=False, relrewrite=0, relfrozenxid=0, relminmxid=0,
        relreplident="n", reltype=0, relacl=None, reloptions=None, relpartbound=None,
    )  # fmt: skip
    writing.put("pg_class", **(common | values))


def _row_type(writing: _Writing, relation: RelationShown, oid: int, row_type: int) -> None:
    array = writing.oids[f"type {relation.schema}._{relation.name}"]
    common: Row = dict(
        typnamespace=_schema_oid(writing, relation.schema), typowner=OWNER, typlen=-1, typbyval=False,
        typispreferred=False, typisdefined=True, typdelim=",", typmodin=0, typmodout=0, typalign="d",
        typstorage="x", typnotnull=False, typbasetype=0, typtypmod=-1, typndims=0, typcollation=0,
        typdefaultbin=None, typdefault=None, typacl=None,
    )  # fmt: skip
    writing.put(
        "pg_type", **common, oid=row_type, typname=relation.name, typtype="c", typcategory="C",
        typrelid=oid, typelem=0, typarray=array, typsubscript=0, typinput=2290, typoutput=2291,
        typreceive=2402, typsend=2403, typanalyze=0,
    )  # fmt: skip
    writing.put(
        "pg_type", **common, oid=array, typname=f"_{relation.name}", typtype="b", typcategory="A",
        typrelid=0, typelem=row_type, typarray=0, typsubscript=6179, typinput=750, typoutput=751,
        typreceive=2400, typsend=2401, typanalyze=3816,
    )  # fmt: skip


def _attribute(
    writing: _Writing, relid: int, number: int, column: ColumnShown, *, not_null: bool
) -> None:
    type_ = column.type
    fixed = type_.size in (1, 2, 4, 8) and type_.oid != 19
    writing.put(
        "pg_attribute", attrelid=relid, attname=column.name, atttypid=type_.oid,
        attstattarget=-1, attlen=type_.size, attnum=number, attndims=1 if type_.element else 0,
        attcacheoff=-1, atttypmod=column.modifier, attbyval=fixed, attalign=_alignment(type_.oid),
        attstorage=_storage(type_.oid, type_.size), attcompression="", attnotnull=not_null,
        atthasdef=False, atthasmissing=False, attidentity="", attgenerated="", attisdropped=False,
        attislocal=True, attinhcount=0, attcollation=_COLLATION.get(type_.oid, 0),
        attacl=None, attoptions=None, attfdwoptions=None, attmissingval=None,
    )  # fmt: skip


def _system_attribute(
    writing: _Writing, relid: int, name: str, type_: int, size: int, number: int,
    by_value: bool, align: str,
) -> None:  # fmt: skip
    writing.put(
        "pg_attribute", attrelid=relid, attname=name, atttypid=type_, attstattarget=0, attlen=size,
        attnum=number, attndims=0, attcacheoff=-1, atttypmod=-1, attbyval=by_value, attalign=align,
        attstorage="p", attcompression="", attnotnull=True, atthasdef=False, atthasmissing=False,
        attidentity="", attgenerated="", attisdropped=False, attislocal=True, attinhcount=0,
        attcollation=0, attacl=None, attoptions=None, attfdwoptions=None, attmissingval=None,
    )  # fmt: skip


def _alignment(oid: int) -> str:
    if oid in (20, 701, 1083, 1114, 1184, 1186, 1266, 1016, 1022, 1115, 1183, 1185, 1187, 1270):
        return "d"
    return {16: "c", 18: "c", 19: "c", 2950: "c", 21: "s"}.get(oid, "i")


def _storage(oid: int, size: int) -> str:
    return "m" if oid == 1700 else "x" if size == -1 else "p"


def _primary_key(writing: _Writing, relation: RelationShown, relid: int) -> None:
    name, full = f"{relation.name}_pkey", f"{relation.schema}.{relation.name}_pkey"
    index, constraint = writing.oids[f"class {full}"], writing.oids[f"constraint {full}"]
    columns = [relation.columns[relation.number(c) - 1] for c in relation.key]
    numbers = [relation.number(c) for c in relation.key]
    _class(writing, index, relation.schema, name, relam=BTREE, relkind="i", relnatts=len(columns),
           relfilenode=index, relpages=1)  # fmt: skip
    for place, column in enumerate(columns, 1):
        _attribute(writing, index, place, column, not_null=False)
    writing.put(
        "pg_index", indexrelid=index, indrelid=relid, indnatts=len(columns),
        indnkeyatts=len(columns), indisunique=True, indnullsnotdistinct=False, indisprimary=True,
        indisexclusion=False, indimmediate=True, indisclustered=False, indisvalid=True,
        indcheckxmin=False, indisready=True, indislive=True, indisreplident=False, indkey=numbers,
        indcollation=[_COLLATION.get(c.type.oid, 0) for c in columns],
        indclass=[_OPCLASS.get(c.type.oid, 0) for c in columns], indoption=[0] * len(columns),
        indexprs=None, indpred=None,
    )  # fmt: skip
    _constraint(writing, constraint, relation, name, contype="p", conrelid=relid, conindid=index,
                conkey=numbers)  # fmt: skip
    listed = ", ".join(map(_quoted, relation.key))
    writing.put("shown", kind="own constraint", oid=constraint, words=f"PRIMARY KEY ({listed})")
    table = f"{_quoted(relation.schema)}.{_quoted(relation.name)}"
    writing.put("shown", kind="own index", oid=index,
                words=f"CREATE UNIQUE INDEX {_quoted(name)} ON {table} USING btree ({listed})")  # fmt: skip


def _foreign_key(
    writing: _Writing, relation: RelationShown, key: ForeignKey, other: RelationShown
) -> None:
    name = _name_of(relation, key)
    oid = writing.oids[f"constraint {relation.schema}.{name}"]
    equals = [_EQUALS.get(other.columns[other.number(c) - 1].type.oid, 0) for c in key.references]
    _constraint(
        writing, oid, relation, name, contype="f", conrelid=writing.oids[oid_of(relation)],
        conindid=writing.oids[f"class {other.schema}.{other.name}_pkey"],
        confrelid=writing.oids[oid_of(other)], confupdtype="a", confdeltype="a", confmatchtype="s",
        conkey=[relation.number(c) for c in key.columns],
        confkey=[other.number(c) for c in key.references],
        conpfeqop=equals, conppeqop=equals, conffeqop=equals,
    )  # fmt: skip
    listed, others = (", ".join(map(_quoted, c)) for c in (key.columns, key.references))
    target = f"{_quoted(other.schema)}.{_quoted(other.name)}"
    writing.put("shown", kind="own constraint", oid=oid,
                words=f"FOREIGN KEY ({listed}) REFERENCES {target}({others})")  # fmt: skip


def _constraint(
    writing: _Writing, oid: int, relation: RelationShown, name: str, **values: object
) -> None:
    common: Row = dict(
        oid=oid, conname=name, connamespace=_schema_oid(writing, relation.schema),
        condeferrable=False, condeferred=False, convalidated=True, contypid=0, conparentid=0,
        confrelid=0, confupdtype=" ", confdeltype=" ", confmatchtype=" ", conislocal=True,
        coninhcount=0, connoinherit=True, confkey=None, conpfeqop=None, conppeqop=None,
        conffeqop=None, confdelsetcols=None, conexclop=None, conbin=None,
    )  # fmt: skip
    writing.put("pg_constraint", **(common | values))


def _role(writing: _Writing, role: RoleShown) -> None:
    writing.put(
        "pg_authid", oid=writing.oids[f"role {role.name}"], rolname=role.name,
        rolsuper=role.is_superuser, rolinherit=True, rolcreaterole=False, rolcreatedb=False,
        rolcanlogin=role.can_login, rolreplication=False, rolbypassrls=False, rolconnlimit=-1,
        rolpassword=None, rolvaliduntil=None,
    )  # fmt: skip


def _database(writing: _Writing, name: str) -> None:
    writing.put(
        "pg_database", oid=5, datname=name, datdba=OWNER, encoding=6, datlocprovider="c",
        datistemplate=False, datallowconn=True, datconnlimit=-1, datfrozenxid=716, datminmxid=1,
        dattablespace=1663, datcollate="C", datctype="C", daticulocale=None, datcollversion=None,
        datacl=None,
    )  # fmt: skip


def _quoted(name: str) -> str:
    plain = name[:1].isalpha() or name[:1] == "_"
    plain = plain and name == name.lower() and name.replace("_", "a").isalnum() and name.isascii()
    return name if plain else '"' + name.replace('"', '""') + '"'
