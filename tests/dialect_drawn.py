"""Draws queries that PostgreSQL understands, from templates by type.

``{i}`` is an expression of whole numbers, and so on by ``TEMPLATES``; a capital is one without
others in it. What PostgreSQL refuses nevertheless (overflows, mostly) is not compared.
"""

from __future__ import annotations

import random
import re

LEAVES: dict[str, list[str]] = {
    "i": ["id", "n_segments", "t_handle_ms", "1", "2", "-3", "0", "null::int", "7"],
    "n": ["cost", "1.5", "0.25", "-2.50", "t_handle_ms::numeric", "null::numeric", "3.0"],
    "f": ["mos", "2.5::float8", "-0.5::float8", "1e3::float8"],
    "t": ["queue", "media", "'abc'", "''", "'Sales'", "null::text", "'a_b%c'", "' x '"],
    "d": ["day", "date '2026-01-31'", "date '2024-02-29'", "started::date"],
    "s": ["started", "timestamp '2026-01-31 23:59:59.5'", "day::timestamp"],
    "z": ["landed", "timestamptz '2026-03-29 01:30:00+00'"],
    "v": ["interval '1 day'", "interval '1 month'", "interval '02:03:04.5'",
          "interval '1 year 2 days'"],
    "b": ["abandoned", "true", "false", "null::bool"],
    "a": ["skills", "array['a', 'b']", "'{a,c d}'::text[]", "array[queue, media]"],
}  # fmt: skip
TEMPLATES: dict[str, list[str]] = {
    "i": [
        "({i} + {I})", "({i} - {I})", "({i} * {I})", "{i} / 2", "{i} / -3", "{i} / nullif(id, 3)",
        "({i}) % 3", "abs({i})", "length({t})", "strpos({t}, 'l')", "position('a' in {t})",
        "case when {b} then {i} else {i} end", "coalesce({i}, {i})", "({n})::int", "({f})::bigint",
        "({d} - {d})", "array_length({a}, 1)", "greatest({i}, {i})", "least({i}, {i})",
        "({b})::int", "ascii({t})", "mod({I}, 4)", "array_position({a}, 'b')", "- ({i})",
        "({i})::int & 7",
    ],
    "n": [
        "({n} + {N})", "({n} - {N})", "({n} * {N})", "round({n}, 1)", "round({n}, -1)",
        "trunc({n})", "({n}) / 4.0", "ceil({n})", "floor({n})", "abs({n})", "coalesce({n}, {i})",
        "({n}) % 3", "cast({i} as numeric)", "cast({i} as numeric(20,2))",
        "extract(year from {s})", "extract(second from {s})", "extract(epoch from {z})",
        "extract(dow from {d})", "extract(week from {d})", "extract(isodow from {z})",
        "extract(milliseconds from {s})", "extract(century from {s})", "extract(quarter from {d})",
        "extract(day from {v})", "extract(epoch from {v})",
    ],
    "f": [
        "({f} + {F})", "({f} * {F})", "sqrt(abs({f}))", "date_part('hour', {s})",
        "date_part('second', {s})", "({i})::float8", "round({f})", "({f}) / 3", "sign({f})",
    ],
    "t": [
        "lower({t})", "({t} || {t})", "({t} || {i})", "substring({t} from 2 for 3)",
        "substring({t} from -1 for 3)", "substring({t} from 0)", "left({t}, 2)", "left({t}, -1)",
        "right({t}, -1)", "trim({t})", "replace({t}, 'a', 'bb')", "concat({t}, {i}, {b})",
        "coalesce({t}, 'none')", "nullif({t}, '')",
        "case {T} when 'voice' then {t} when 'chat' then 'c' end", "({i})::text", "({d})::text",
        "({s})::text", "({b})::text", "({a})::text", "to_char({s}, 'YYYY-MM-DD HH24:MI:SS')",
        "to_char({s}, 'HH12:MI:SS.MS PM')", "to_char({s}, 'Day, FMMonth')",
        "to_char({s}, 'IYYY-IW D Q DDD')", "split_part({t}, 'a', -1)", "lpad({t}, 5, '*')",
        "reverse({t})", "regexp_replace({t}, '[aeiou]', '<\\&>', 'g')", "array_to_string({a}, '|')",
        "({a})[1]", "({a})[5]", "cast({t} as varchar(3))", "concat_ws('-', {t}, {t})", "md5({t})",
        "format('%s/%s', {t}, {i})", "translate({t}, 'abc', 'xy')",
        "overlay({t} placing 'ZZ' from 2 for 1)",
    ],
    "d": [
        "({d} + 1)", "({d} + id)", "({s})::date", "date_trunc('month', {s})::date", "({d} - 3)",
        "greatest({d}, {d})", "({z})::date",
    ],
    "s": [
        "({s} + {v})", "({d} + {v})", "date_trunc('hour', {s})", "date_trunc('week', {s})",
        "date_trunc('quarter', {s})", "({s} - {v})", "({z} at time zone 'Europe/Amsterdam')",
        "({d})::timestamp", "coalesce({s}, {d})",
    ],
    "z": [
        "({s} at time zone 'America/New_York')", "date_trunc('day', {d})", "({z} + {v})",
        "({s})::timestamptz", "date_trunc('hour', {z})",
    ],
    "v": ["({s} - {s})", "({v} + {v})", "({V} * 2)", "({V} * 1.5)", "age({s}, {s})", "- {V}"],
    "b": [
        "{i} = {i}", "{i} <> {i}", "{i} < {i}", "({b} and {b})", "({b} or {b})", "(not {b})",
        "({t} like '%a%')", "({t} not like 'S%')", "({t} ilike 's%')", "({t} like 'a\\_b%')",
        "({t} ~ '^[a-s]')", "({t} !~ 'a.b')", "({t} ~* 'E$')", "({n} is null)",
        "({t} in ('voice', 'sales', ''))", "({i} not in (1, 2, null))",
        "({d} between date '2026-01-01' and {d})", "({t} < {t})", "({b} is not true)",
        "({b} is unknown)", "({t} = any({a}))", "({t} <> all({a}))", "({i} is distinct from {i})",
        "({s} < {d})", "({a} @> {a})", "({a} && {a})", "({a} = {a})",
        "exists (select 1 from agents a where a.id = {i})", "({i} in (select id from agents))",
        "({i} = any(array[{i}, null]))", "({n} > {i})", "({v} > {v})",
        "({i} between symmetric 3 and {i})",
    ],
    "a": [
        "({a} || {a})", "array_append({a}, {t})", "array_remove({a}, 'a')",
        "string_to_array({t}, 'a')", "({a})[1:2]", "array[{t}, {t}]",
    ],
}  # fmt: skip
QUERIES = [
    "select id, {i}, {t}, {b} from calls order by id",
    "select id, {n}, {f}, {a} from calls order by id",
    "select id, {d}, {s}, {z}, {v} from calls order by id",
    "select id from calls where {b} order by {i} desc, {t}, id limit 5",
    "select id from calls where {b} order by {n}, {t} desc, id offset 1",
    (
        "select {t} as g, count(*), sum({I}), max({n}), avg({N}), "
        "string_agg({T}, ',' order by id), "
        "array_agg({I} order by {I} desc, id) from calls group by 1 order by 1 desc"
    ),
    "select {i} as g, count(distinct {T}), min({d}), bool_or({b}) from calls group by g order by g",
    (
        "select id, row_number() over (order by {T} desc, id), lag({I}) over (partition by {T} "
        "order by {N}, id), sum({N}) over (order by id) from calls order by id"
    ),
    (
        "select a.name, x.* from agents a left join (select id, {i} as i, {t} as t from calls) x "
        "on x.id = a.id and x.i > 3 order by a.id, x.id desc"
    ),
]
_HOLE = re.compile(r"\{([a-zA-Z])\}")


def query(seed: int) -> str:
    """A query, the same for the same seed."""
    drawing = random.Random(seed)  # noqa: S311 - not for secrets
    depth = drawing.randint(0, 3)
    return _filled(drawing.choice(QUERIES), depth, drawing)


def _filled(template: str, depth: int, drawing: random.Random) -> str:
    def drawn(found: re.Match[str]) -> str:
        letter = found.group(1)
        if letter.isupper() or depth <= 0 or drawing.random() < 0.15:
            return drawing.choice(LEAVES[letter.lower()])
        return _filled(drawing.choice(TEMPLATES[letter]), depth - 1, drawing)

    return _HOLE.sub(drawn, template)
