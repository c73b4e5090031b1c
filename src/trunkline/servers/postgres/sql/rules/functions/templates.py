"""Functions that DuckDB names, or gives, otherwise.

https://www.postgresql.org/docs/15/functions.html. By name and number of arguments.
"""

from __future__ import annotations

# The same under another name, also as an aggregate.
RENAMED = {
    "every": "bool_and",
    "json_agg": "json_group_array",
    "jsonb_agg": "json_group_array",
    "json_object_agg": "json_group_object",
    "jsonb_object_agg": "json_group_object",
    "json_build_object": "json_object",
    "jsonb_build_object": "json_object",
    "json_build_array": "json_array",
    "jsonb_build_array": "json_array",
    "to_jsonb": "to_json",
    "jsonb_array_length": "json_array_length",
    "json_typeof": "json_type",
    "clock_timestamp": "now",
    "statement_timestamp": "now",
    "array_cat": "list_concat",
    "jsonb_pretty": "json_pretty",
}

# What PostgreSQL gives, where DuckDB gives a wider type.
RESULTS = {
    "length": "int4", "char_length": "int4", "character_length": "int4", "bit_length": "int4",
    "strpos": "int4", "position": "int4", "ascii": "int4", "sum": "int8", "ntile": "int4",
    "json_array_length": "int4", "cardinality": "int4", "array_position": "int4",
}  # fmt: skip

TEMPLATES: dict[tuple[str, int], str] = {
    ("ltrim", 1): "ltrim({0})",
    ("ltrim", 2): "ltrim({0}, {1})",
    ("rtrim", 1): "rtrim({0})",
    ("rtrim", 2): "rtrim({0}, {1})",
    ("btrim", 1): "trim({0})",
    ("btrim", 2): "trim({0}, {1})",
    ("lpad", 2): "lpad({0}, CAST({1} AS integer), ' ')",
    ("rpad", 2): "rpad({0}, CAST({1} AS integer), ' ')",
    ("initcap", 1): (
        "array_to_string(list_transform(regexp_extract_all({0}, '[[:alnum:]]+|[^[:alnum:]]+'), "
        "lambda word: upper(word[1]) || lower(word[2:])), '')"
    ),
    ("to_hex", 1): "lower(to_hex({0}))",
    ("width_bucket", 4): (
        "CAST(CASE WHEN {0} < {1} THEN 0 WHEN {0} >= {2} THEN {3} + 1 "
        "ELSE floor(({0} - {1}) * {3} / CAST({2} - {1} AS double)) + 1 END AS integer)"
    ),
    ("array_length", 2): "CASE WHEN {1} = 1 THEN CAST(nullif(len({0}), 0) AS integer) END",
    ("array_upper", 2): "CASE WHEN {1} = 1 THEN CAST(nullif(len({0}), 0) AS integer) END",
    ("array_lower", 2): "CASE WHEN {1} = 1 AND len({0}) > 0 THEN 1 END",
    ("array_remove", 2): "list_filter({0}, lambda item: item IS DISTINCT FROM {1})",
    ("array_replace", 3): (
        "list_transform({0}, lambda item: "
        "CASE WHEN item IS NOT DISTINCT FROM {1} THEN {2} ELSE item END)"
    ),
    ("quote_literal", 1): "'''' || replace(CAST({0} AS varchar), '''', '''''') || ''''",
    ("date_bin", 3): "time_bucket({0}, {1}, {2})",
    ("current_timestamp", 1): "now()",
    # DuckDB's own takes a 13th month, and what else there is not, for the time so much later.
    ("make_timestamptz", 6): ("CAST(make_timestamp({0}, {1}, {2}, {3}, {4}, {5}) AS timestamptz)"),
    ("sha256", 1): "unhex(sha256({0}))",
    ("gen_random_uuid", 0): "gen_random_uuid()",
    ("regexp_count", 2): "CAST(len(regexp_extract_all({0}, {1})) AS integer)",
    ("regexp_like", 2): "regexp_matches({0}, {1}, 's')",
    ("regexp_like", 3): "regexp_matches({0}, {1}, {2} || 's')",
    ("array_to_string", 2): (
        "coalesce(array_to_string({0}, {1}), "
        "CASE WHEN len({0}) > 0 AND {1} IS NOT NULL THEN '' END)"
    ),
    ("array_to_string", 3): (
        "array_to_string(list_transform({0}, "
        "lambda item: coalesce(CAST(item AS varchar), {2})), {1})"
    ),
    ("string_to_array", 2): "CASE WHEN {0} = '' THEN [] ELSE string_split({0}, {1}) END",
}
