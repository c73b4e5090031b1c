"""Writes tests/fixtures/wire*: how a real PostgreSQL 15 sends values and keeps passwords.

    python -m tests.record_wire

A case is an expression that PostgreSQL and DuckDB both read, or one for each. Tests ask DuckDB and
compare what we send with what PostgreSQL sent.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.postgres_client import Answer, Client
from tests.postgres_server import PORT, running

FOLDER = Path(__file__).parent / "fixtures" / "wire"
COPYING = FOLDER.parent / "wire-copying.json"
VERIFIERS = FOLDER.parent / "wire-verifiers.json"
PASSWORDS = ("pencil", "pa ss\u00a0word", "\u2168\u00ad", "\u00fcber")
Case = str | tuple[str, str]


def each(type_: str, *values: str) -> list[Case]:
    """The same words, cast in both."""
    return [f"'{value}'::{type_}" for value in values]


def apart(postgres: str, duckdb: str, *values: str) -> list[Case]:
    """The same words, of types that have two names."""
    return [(f"'{value}'::{postgres}", f"'{value}'::{duckdb}") for value in values]


def struct(*fields: Case) -> Case:
    """A record in PostgreSQL's JSON, and a struct of DuckDB; its fields have odd names."""
    both = [field if isinstance(field, tuple) else (field, field) for field in fields]
    named = ", ".join(f'{sql} as "f {place}"' for place, (sql, _) in enumerate(both))
    duckdb = ", ".join(f"'f {place}': {sql}" for place, (_, sql) in enumerate(both))
    return f"row_to_json(r) from (select {named}) r", f"{{{duckdb}}}"


FLOATS = (
    "0", "-0", "1", "-1.5", "0.1", "1e14", "123456789012345", "1e15", "1234567890123456", "1e20",
    "1e-4", "0.00012", "1e-5", "0.000012", "0.0000999", "1.5e-7", "-2.5e-10", "1e5", "99999",
    "999999", "1e6", "1234567", "1234567.5", "-8388607.5", "16777216", "33554432", "1e7", "1.1e7",
    "33554436", "8.589973e9", "16777218",
    "3.4e38", "1e-37", "1e10", "34359738368", "34359738368.5", "99999999999999",
    "68170442649019.8", "NaN", "Infinity", "-Infinity", "3.141592653589793", "100000",
)  # fmt: skip
DOUBLES = (
    "5e-324", "1.7976931348623157e308", "123456789012345680", "2.2250738585072014e-308",
    "2.4783431456142672e16", "-9007199254740993", "9007199254740994", "9.5e22", "1e23",
)  # fmt: skip
MOMENTS = (
    "2026-01-01 00:00:00", "2026-07-01 12:34:56.789", "2026-07-01 12:34:56.7",
    "1970-01-01 00:00:00",
    "2000-01-01 00:00:00.000001", "1969-12-31 23:59:59.999999", "1936-06-01 12:00:00.5",
    "1883-11-18 16:59:59", "1800-02-28 23:59:59.12", "2040-07-01 00:00:00",
    "2100-12-31 23:59:59",
    "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00", "0099-12-31 01:02:03", "infinity",
    "-infinity",
)  # fmt: skip
BEFORE_CHRIST = (("0044-03-15 12:00:00.5 BC", "0044-03-15 (BC) 12:00:00.5"),
                 ("0001-12-31 23:00:00 BC", "0001-12-31 (BC) 23:00:00"))  # fmt: skip


def moments(type_: str) -> list[Case]:
    zoned = "+00" if type_ == "timestamptz" else ""
    later = [f"'{moment}{zoned if moment[-1] != 'y' else ''}'::{type_}" for moment in MOMENTS]
    far = [f"'12345-06-07 08:09:10{zoned}'::{type_}", f"'200000-01-01 00:00:00{zoned}'::{type_}"]
    if zoned:
        early: list[Case] = [
            (f"'{p[:-3]}+00 BC'::{type_}", f"'{d}+00'::{type_}") for p, d in BEFORE_CHRIST
        ]
    else:
        early = [(f"'{p}'::{type_}", f"'{d}'::{type_}") for p, d in BEFORE_CHRIST]
    return [*later, *far, *early]


GROUPS: dict[str, tuple[str, list[Case]]] = {
    "bool": ("UTC", ["true", "false", "null::bool"]),
    "integer": ("UTC", [
        *each("int2", "0", "-32768", "32767"),
        *each("int4", "0", "-2147483648", "2147483647"),
        *each("int8", "0", "-9223372036854775808", "9223372036854775807"), "null::int8",
        *apart("int2", "tinyint", "-128"), *apart("int2", "utinyint", "255"),
        *apart("int4", "usmallint", "65535"), *apart("int8", "uinteger", "4294967295"),
        *apart("numeric", "ubigint", "0", "18446744073709551615"),
        *apart("numeric", "hugeint", "0", "-1", "10000", "170141183460469231731687303715884105727",
               "-170141183460469231731687303715884105728", "99999999", "-100000000"),
        *apart("numeric", "uhugeint", "340282366920938463463374607431768211455", "7"),
        *apart("numeric", "bignum", "0", "-1", "123456789012345678901234567890123456789012345678",
               "-1000000000000000000000000000000000000000000000000"),
    ]),
    "numeric": ("UTC", [
        *each("numeric(4,1)", "1.5", "-999.9", "0"), *each("numeric(9,2)", "1234567.89", "-0.01"),
        *each("numeric(18,4)", "0", "1", "9999.9999", "10000", "-12345678901234.5678", "0.0001",
              "0.0100", "100000000"),
        *each("numeric(18,6)", "0.5", "-0.000001", "123456.000001"),
        *each("numeric(24,6)", "999999999999999999.999999", "0"),
        *each("numeric(20,10)", "0", "0.0000000001", "-0.0000012345", "1234567890.0000000001"),
        *each("numeric(38,0)", "12345678901234567890123456789012345678",
              "-99999999999999999999999999999999999999", "0", "10000000000000000"),
        *each("numeric(38,10)", "1234567890123456789012345678.0123456789", "-0.0000000001"),
        *each("numeric(38,37)", "9.9999999999999999999999999999999999999", "-1"),
        *each("numeric(38,38)", "0.12345678901234567890123456789012345678",
              "-0.00000000000000000000000000000000000001"),
        "null::numeric(10,2)",
    ]),
    "float": ("UTC", [*each("float8", *FLOATS, *DOUBLES), *each("float4", *FLOATS),
                      "null::float8", "null::float4"]),
    "text": ("UTC", [
        *each("text", "", "a", "it''s", "ñandú", "😀", "NULL", "null", "\\N", "\\.", ".", " lead",
              "trail ", "a,b", 'say "x"', '"', "back\\slash", "{}", "a\tb"),
        "E'tab\\there'", "E'line\\nfeed'", "E'carriage\\rreturn'", "E'\\b\\f\\n\\r\\t\\x0b\\\\'",
        "E'\\x01\\x7f'", "null::text",
        ("'a'::text", "'a'::enum('a', 'b')"), ("null::text", "null"),
    ]),
    "bytea": ("UTC", [
        ("'\\x'::bytea", "''::blob"), ("'\\x00ff5c27'::bytea", "'\\x00\\xFF\\x5C\\x27'::blob"),
        ("'\\x6162630a09'::bytea", "'abc\\x0A\\x09'::blob"), ("null::bytea", "null::blob"),
    ]),
    "date": ("UTC", [
        *each("date", "2026-01-01", "1970-01-01", "2000-02-29", "1999-12-31", "0001-01-01",
              "9999-12-31", "10000-01-01", "200000-12-31", "infinity", "-infinity"),
        ("'0044-03-15 BC'::date", "'0044-03-15 (BC)'::date"),
        ("'0001-12-31 BC'::date", "'0001-12-31 (BC)'::date"), "null::date",
    ]),
    "time": ("UTC", [
        *each("time", "00:00:00", "12:34:56", "12:34:56.7", "23:59:59.999999", "24:00:00",
              "01:02:03.000100"), "null::time",
        *each("timetz", "00:00:00+00", "12:34:56.7+01", "23:59:59.999999-05:30", "24:00:00+00",
              "01:02:03+15:59:59", "01:02:03-15:59:59", "01:02:03-00:19:32"), "null::timetz",
    ]),
    "timestamp": ("UTC", moments("timestamp")),
    "timestamptz-utc": ("UTC", [*moments("timestamptz"), "null::timestamptz"]),
    "timestamptz-amsterdam": ("Europe/Amsterdam", moments("timestamptz")),
    "timestamptz-new-york": ("America/New_York", moments("timestamptz")),
    "timestamptz-kathmandu": ("Asia/Kathmandu", moments("timestamptz")),
    "timestamptz-st-johns": ("America/St_Johns", moments("timestamptz")),
    "interval": ("UTC", [
        *each("interval", "0 seconds", "1 second", "-1 second", "1.5 seconds", "0.000001 seconds",
              "1 day", "2 days", "-1 day", "1 month", "1 year", "2 years 3 months", "-14 months",
              "1 day 02:03:04", "-1 day 02:03:04", "1 day -02:03:04", "1 month -1 day",
              "-1 month 1 day", "100 hours", "-100:00:00.5", "1 year -1 day 00:00:01",
              "-2 years -3 days", "0 days -00:00:00.1"),
        "null::interval",
    ]),
    "uuid": ("UTC", [*each("uuid", "00000000-0000-0000-0000-000000000000",
                           "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                           "ffffffff-ffff-ffff-ffff-ffffffffffff"), "null::uuid"]),
    "json": ("UTC", [*each("json", "{}", "null", "[1, 2]", '{"a": "b\\nc"}', '"x"'), "null::json"]),
    "struct": ("Europe/Amsterdam", [
        struct("1", "'x'", "null::int"),
        ("null::json", "null::struct(a int)"),
        struct("E'q\"\\\\ \\n\\t\\x01\\x1f\\x7fé/'", "true", "false", "null::bool"),
        struct("1.50::numeric(9,2)", "0.0000000001::numeric(20,10)", "1e20::float8",
               "'NaN'::float8", "'-Infinity'::float4", "-0.5::float4",
               *apart("numeric", "hugeint", "12345678901234567890123")),
        struct("'2026-07-01'::date", "'2026-07-01 12:00:00.5'::timestamp", "'infinity'::timestamp"),
        struct(*each("timestamptz", "2026-07-01 12:00:00+00", "1936-06-01 12:00:00+00",
                     "-infinity")),
        struct("'12:00:00'::time", "'1 day 02:00:00'::interval"),
        struct(("'\\x00ff'::bytea", "'\\x00\\xFF'::blob"), "'{\"k\":[1]}'::json",
               "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"),
        struct(("array[1,null]", "[1,null]"), ("array[]::text[]", "[]::text[]"), "null::int4[]",
               ("array[array['x'],array['y']]", "[['x'],['y']]")),
        struct(("(select row_to_json(i) from (select 1 as k) i)", "{'k': 1}"),
               ("array(select row_to_json(i) from (select 1 as k) i)", "[{'k': 1}]")),
        ("'{\"a\":1,\"b\":null}'::json", "map {'a': 1, 'b': null}"),
        ("'{}'::json", "map {}::map(varchar, int)"), ("null::json", "null::map(varchar, int)"),
        ("'{\"1\":[true]}'::json", "map {1: [true]}"),
    ]),
    "bit": ("UTC", [*apart("varbit", "bit", "1", "0", "101", "11111111", "000000001",
                           "1010101010101010101"), ("null::varbit", "null::bit")]),
    "array": ("UTC", [
        ("'{}'::int4[]", "[]::int4[]"),
        ("'{1,-2,NULL}'::int4[]", "[1, -2, null]"), ("'{NULL}'::int8[]", "[null]::int8[]"),
        ("null::int4[]", "null::int4[]"), ("'{1}'::int2[]", "[1]::int2[]"),
        ("'{{1,2},{3,NULL}}'::int4[]", "[[1, 2], [3, null]]"),
        ("'{{{1},{2}},{{3},{4}}}'::int8[]", "[[[1], [2]], [[3], [4]]]::int8[][][]"),
        ("array[array[]::int4[], array[]::int4[]]", "[[], []]::int4[][]"),
        ("'{1,2}'::int4[]", "array_value(1, 2)"),
        ("array['a','b c',null,'NULL','nUlL','','x,y','{z}','q\"q','b\\s',' l','t ']",
         "['a','b c',null,'NULL','nUlL','','x,y','{z}','q\"q','b\\s',' l','t ']"),
        ("array[E'a\\tb',E'c\\nd',E'e\\x0bf','ñ','null1']",
         "[E'a\\tb',E'c\\nd',E'e\\x0bf','ñ','null1']"),
        ("array[array['a'],array['b c']]", "[['a'], ['b c']]"),
        ("array[true,false,null]", "[true, false, null]"),
        ("array[1.50,null,-2.25]::numeric(10,2)[]", "[1.50, null, -2.25]::numeric(10,2)[]"),
        ("array[1.5,'NaN','-Infinity',1e20]::float8[]", "[1.5,'NaN','-Infinity',1e20]::float8[]"),
        ("array['2026-01-01','infinity',null]::date[]", "['2026-01-01','infinity',null]::date[]"),
        ("array['2026-01-01 00:00:00.5',null]::timestamp[]",
         "['2026-01-01 00:00:00.5',null]::timestamp[]"),
        ("array['2026-01-01 00:00:00+00','infinity']::timestamptz[]",
         "['2026-01-01 00:00:00+00','infinity']::timestamptz[]"),
        ("array['12:00:00']::time[]", "['12:00:00']::time[]"),
        ("array['1 day 02:00:00',null]::interval[]", "['1 day 02:00:00',null]::interval[]"),
        ("array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',null]::uuid[]",
         "['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',null]::uuid[]"),
        ("array['\\x00ff','\\x']::bytea[]", "['\\x00\\xFF'::blob, ''::blob]"),
        ("array['{\"a\": 1}']::json[]", "['{\"a\": 1}'::json]"),
        ("array[row_to_json(r), null] from (select 1 a) r", "[{'a': 1}, null]"),
        ("array['a', null]", "['a'::enum('a', 'b'), null]"),
        ("array['12:00:00+01', null]::timetz[]", "['12:00:00+01', null]::timetz[]"),
        ("array[18446744073709551615, 0]::numeric[]", "[18446744073709551615, 0]::ubigint[]"),
        ("array['101','1']::varbit[]", "['101'::bit, '1'::bit]"),
    ]),
}  # fmt: skip


# Rows that every option has something to do with; both read it.
ODD = r"""select a as "a,b", n as "an ""n"" here", t as plain from (values
 (1, 15, E'tab\t|pipe'), (2, null, 'say "x", y'), (3, 0, ''), (4, -1, '\.'), (5, 7, null),
 (6, 8, 'NULL'), (7, 9, E'line\nfeed'), (8, 1, 'it''s; 1.5'), (9, 0, 'back\slash')) v(a, n, t)
 order by a"""
COPY_OPTIONS = (
    "format text", "format text, header true", "format text, delimiter '|'",
    "format text, delimiter ',', null 'NULL'", "format text, null ''", "format text, delimiter '-'",
    "format csv", "format csv, header true", r"format csv, delimiter E'\t', header true",
    "format csv, delimiter '|', null 'NULL'", "format csv, null '0'", "format csv, delimiter '-'",
    "format csv, quote ''''", r"format csv, escape '\'", "format csv, quote '''', escape '\"'",
    "format csv, force_quote *, header true", "format csv, force_quote (plain)",
    "format csv, delimiter ';', quote '|', null 'x'",
)  # fmt: skip


def copy(client: Client, options: str) -> dict[str, str]:
    """What a COPY of ``ODD`` with some options gives, header and all."""
    sent = client.simple(f"copy ({ODD}) to stdout ({options})").copied
    return {"options": options, "sent": sent.decode()}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running() as directory, Client(directory, PORT) as client:
        for name, (zone, cases) in GROUPS.items():
            client.simple(f"set timezone = '{zone}'")
            recorded = [record(client, case) for case in cases]
            lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in recorded)
            text = f'{{"zone": "{zone}", "cases": [\n{lines}\n]}}\n'
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        copied = [copy(client, options) for options in COPY_OPTIONS]
        COPYING.write_text(json.dumps(copied, indent=1) + "\n", encoding="utf-8")
        kept = {password: verifier(client, password) for password in PASSWORDS}
        VERIFIERS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def verifier(client: Client, password: str) -> str:
    """What is kept of a password: SCRAM-SHA-256 is the default."""
    client.simple(f"create role kept password '{password}'")
    kept = client.simple("select rolpassword from pg_authid where rolname = 'kept'").rows[0][0]
    client.simple("drop role kept")
    return kept.decode() if kept else ""


def record(client: Client, case: Case) -> dict[str, Any]:
    """One value in every format; ``binary`` is in hexadecimal, and COPY has no line feed."""
    sql, duckdb = case if isinstance(case, tuple) else (case, case)
    text, binary = client.extended(f"select {sql}", 0), client.extended(f"select {sql}", 1)
    return {
        "sql": sql,
        "duckdb": duckdb,
        "oid": text.oids[0],
        "text": _only(text, bytes.decode),
        "binary": _only(binary, bytes.hex),
        "copy": client.simple(f"copy (select {sql}) to stdout").copied.decode()[:-1],
        "csv": client.simple(f"copy (select {sql}) to stdout (format csv)").copied.decode()[:-1],
    }


def _only(answer: Answer, spelled: Any) -> Any:
    value = answer.rows[0][0]
    return None if value is None else spelled(value)


if __name__ == "__main__":
    main()
