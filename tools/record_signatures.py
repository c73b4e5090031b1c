"""Writes what PostgreSQL 15 knows of its functions, operators, casts and types.

    python -m tools.record_signatures

Into src/trunkline/servers/postgres/sql/data, from a real server of version 15: the translation of
queries finds the types of expressions and parameters by them, as PostgreSQL does.
"""

from __future__ import annotations

from pathlib import Path

from tests.postgres_client import Client
from tests.postgres_server import PORT, running

DATA = Path(__file__).parents[1] / "src/trunkline/servers/postgres/sql/data"
# Types that a client meets; what is about others (geometry, ranges, text search) is left out.
_TYPES = """select oid, typname from pg_type where typname = any (array[
 'bool','bytea','char','name','int8','int2','int2vector','int4','regproc','text','oid','xid',
 'oidvector','json','float4','float8','unknown','bpchar','varchar','date','time','timestamp',
 'timestamptz','interval','timetz','bit','varbit','numeric','uuid','jsonb','regclass','regtype',
 'regprocedure','regnamespace','regrole','regoper','regoperator','aclitem','record','void',
 'any','anyelement','anyarray','anynonarray','anyenum','anycompatible','anycompatiblearray',
 'anycompatiblenonarray'])
 union all select a.oid, e.typname || '[]' from pg_type a join pg_type e on e.typarray = a.oid
 where e.typname = any (array['bool','bytea','char','name','int8','int2','int4','text','oid','json',
 'float4','float8','bpchar','varchar','date','time','timestamp','timestamptz','interval','timetz',
 'numeric','uuid','jsonb','regclass','regtype','regproc','aclitem','varbit','bit','record'])"""
QUERIES = {
    "functions": """with t as (TYPES)
 select p.proname, string_agg(t.typname, ' ' order by a.place) filter (where a.place > 0),
  r.typname, p.prokind, case when p.proretset then 'set' else '' end,
  case when p.provariadic <> 0 then 'variadic' else '' end, p.pronargdefaults
 from pg_proc p join t r on r.oid = p.prorettype
 cross join lateral (select 0::oid as type, 0 as place union all
  select * from unnest(p.proargtypes::oid[]) with ordinality) a
 left join t on t.oid = a.type
 where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'a', 'w')
  and r.typname <> 'internal'
  and p.oid not in (select typinput::oid from pg_type union select typoutput::oid from pg_type
   union select typsend::oid from pg_type union select typreceive::oid from pg_type
   union select typmodin::oid from pg_type union select typmodout::oid from pg_type)
 group by p.oid, p.proname, r.typname, p.prokind, p.proretset, p.provariadic, p.pronargdefaults
 having count(*) filter (where a.place > 0 and t.oid is null) = 0
 order by 1, 2, 3""",
    "operators": """with t as (TYPES)
 select o.oprname, coalesce(l.typname, ''), r.typname, x.typname from pg_operator o
 left join t l on l.oid = o.oprleft join t r on r.oid = o.oprright join t x on x.oid = o.oprresult
 where o.oprleft = 0 or l.oid is not null order by 1, 2, 3""",
    "casts": """with t as (TYPES)
 select s.typname, d.typname, c.castcontext from pg_cast c join t s on s.oid = c.castsource
 join t d on d.oid = c.casttarget where s.oid <> d.oid order by 1, 2""",
    "types": """with t as (TYPES)
 select t.typname, p.typcategory, p.typispreferred::int from t join pg_type p using (oid)
 order by 1""",
}


def main() -> None:
    """Ask a server, and write the files."""
    DATA.mkdir(exist_ok=True)
    with running() as directory, Client(directory, PORT) as client:
        for name, query in QUERIES.items():
            rows = client.simple(query.replace("TYPES", _TYPES)).rows
            lines = ["\t".join((value or b"").decode() for value in row).rstrip() for row in rows]
            (DATA / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
