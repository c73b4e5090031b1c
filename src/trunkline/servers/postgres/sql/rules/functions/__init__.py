"""Functions with a rule of their own, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.servers.postgres.sql.rules.functions import (
    encoding,
    eras,
    formatting,
    moments,
    numbers,
    regexps,
    series,
    strings,
    typeof,
)
from trunkline.servers.postgres.sql.rules.zones import made_in_zone, timezone
from trunkline.servers.postgres.sql.writer import Rule

SPECIAL: Mapping[str, Rule] = {
    "age": moments.age_of_transaction,
    "date_trunc": moments.date_trunc,
    "date_part": moments.date_part,
    "extract": moments.extract,
    "to_char": formatting.to_char,
    "to_date": formatting.to_date,
    "to_timestamp": formatting.to_timestamp,
    "generate_subscripts": series.generate_subscripts,
    "generate_series": series.generate_series,
    "div": numbers.quotient,
    "make_date": eras.made,
    "make_timestamp": eras.made,
    "round": numbers.rounded,
    "trunc": numbers.whole,
    "ceil": numbers.whole,
    "ceiling": numbers.whole,
    "floor": numbers.whole,
    "percentile_cont": numbers.percentile,
    "substring": strings.substring,
    "substr": strings.substring,
    "octet_length": strings.octet_length,
    "concat": strings.concat,
    "concat_ws": strings.concat,
    "format": strings.formatted,
    "encode": encoding.encode,
    "decode": encoding.decode,
    "regexp_replace": regexps.replaced,
    "regexp_match": regexps.match,
    "pg_typeof": typeof.pg_typeof,
    "timezone": timezone,
    "make_timestamptz": made_in_zone,
}
