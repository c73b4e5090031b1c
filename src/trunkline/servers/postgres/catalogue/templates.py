"""What PostgreSQL 15 writes of every new object, where nothing of the object decides it.

The columns: https://www.postgresql.org/docs/15/catalogs.html. What is not named is NULL.
"""

from __future__ import annotations

Row = dict[str, object]

OWNER = 10  # the role postgres
PUBLIC = 2200
PG_CLASS, PG_NAMESPACE = 1259, 2615
HEAP, BTREE = 2, 403
BUILTIN_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast", "public"})

CLASS: Row = {
    "reltype": 0, "reloftype": 0, "relowner": OWNER, "reltablespace": 0, "relpages": 0,
    "reltuples": 0.0, "relallvisible": 0, "reltoastrelid": 0, "relhasindex": False,
    "relisshared": False, "relpersistence": "p", "relchecks": 0, "relhasrules": False,
    "relhastriggers": False, "relhassubclass": False, "relrowsecurity": False,
    "relforcerowsecurity": False, "relispopulated": True, "relreplident": "n",
    "relispartition": False, "relrewrite": 0, "relfrozenxid": 0, "relminmxid": 0,
}  # fmt: skip
ROW_TYPE: Row = {
    "typowner": OWNER, "typlen": -1, "typbyval": False, "typispreferred": False,
    "typisdefined": True, "typdelim": ",", "typmodin": 0, "typmodout": 0, "typalign": "d",
    "typstorage": "x", "typnotnull": False, "typbasetype": 0, "typtypmod": -1, "typndims": 0,
    "typcollation": 0, "typtype": "c", "typcategory": "C", "typelem": 0, "typsubscript": 0,
    "typinput": 2290, "typoutput": 2291, "typreceive": 2402, "typsend": 2403, "typanalyze": 0,
}  # fmt: skip
ARRAY_TYPE: Row = ROW_TYPE | {
    "typtype": "b", "typcategory": "A", "typrelid": 0, "typarray": 0, "typsubscript": 6179,
    "typinput": 750, "typoutput": 751, "typreceive": 2400, "typsend": 2401, "typanalyze": 3816,
}  # fmt: skip
ATTRIBUTE: Row = {
    "attstattarget": -1, "attcacheoff": -1, "attcompression": "", "atthasdef": False,
    "atthasmissing": False, "attidentity": "", "attgenerated": "", "attisdropped": False,
    "attislocal": True, "attinhcount": 0,
}  # fmt: skip
# Columns that every table has: name, type, number.
SYSTEM_COLUMNS = (
    ("ctid", "tid", -1), ("xmin", "xid", -2), ("cmin", "cid", -3), ("xmax", "xid", -4),
    ("cmax", "cid", -5), ("tableoid", "oid", -6),
)  # fmt: skip
INDEX: Row = {
    "indisunique": True, "indnullsnotdistinct": False, "indisprimary": True,
    "indisexclusion": False, "indimmediate": True, "indisclustered": False, "indisvalid": True,
    "indcheckxmin": False, "indisready": True, "indislive": True, "indisreplident": False,
}  # fmt: skip
CONSTRAINT: Row = {
    "condeferrable": False, "condeferred": False, "convalidated": True, "contypid": 0,
    "conparentid": 0, "confrelid": 0, "confupdtype": " ", "confdeltype": " ",
    "confmatchtype": " ", "conislocal": True, "coninhcount": 0, "connoinherit": True,
}  # fmt: skip
ROLE: Row = {
    "rolinherit": True, "rolcreaterole": False, "rolcreatedb": False, "rolreplication": False,
    "rolbypassrls": False, "rolconnlimit": -1,
}  # fmt: skip
DATABASE: Row = {
    "oid": 5, "datdba": OWNER, "encoding": 6, "datlocprovider": "c", "datistemplate": False,
    "datallowconn": True, "datconnlimit": -1, "datfrozenxid": 716, "datminmxid": 1,
    "dattablespace": 1663, "datcollate": "C", "datctype": "C",
}  # fmt: skip

# Of each type that a key may have, its = and its class of operators of a B-tree.
EQUALS = {
    16: 91, 17: 1955, 19: 93, 20: 410, 21: 94, 23: 96, 25: 98, 26: 607, 700: 620, 701: 670,
    1042: 1054, 1043: 98, 1082: 1093, 1083: 1108, 1114: 2060, 1184: 1320, 1700: 1752, 2950: 2972,
}  # fmt: skip
CLASSES_OF_OPERATORS = {
    16: 10003, 17: 10006, 19: 10028, 20: 3124, 21: 1979, 23: 1978, 25: 3126, 26: 1981, 700: 10012,
    701: 3123, 1042: 10004, 1043: 3126, 1082: 3122, 1083: 10038, 1114: 3128, 1184: 3127, 1700: 3125,
    2950: 10065,
}  # fmt: skip
