"""Key words that end an expression or cannot be a name.

https://www.postgresql.org/docs/15/sql-keywords-appendix.html, and those of DuckDB's clauses.
"""

from __future__ import annotations

_RESERVED = """
    all analyse analyze and any array as asc asymmetric both case cast check collate column
    constraint create current_catalog current_date current_role current_time current_timestamp
    current_user default deferrable desc distinct do else end except false fetch for foreign from
    grant group having in initially intersect into lateral leading limit localtime localtimestamp
    not null offset on only or order placing primary references returning select session_user some
    symmetric table then to trailing true union unique user using variadic when where window with
"""
_NEEDS_AS = """
    day filter hour isnull minute month notnull over overlaps precision second varying within
    without year join inner left right full cross natural is like ilike similar between collate
    qualify sample asof positional semi anti pivot unpivot tablesample escape nulls at exclude
    replace rename operator
"""
_BARE = """
    current_catalog current_date current_role current_schema current_time current_timestamp
    current_user localtime localtimestamp session_user user
"""
RESERVED = frozenset(_RESERVED.split())
# They may name a column after AS, and not without it.
NEEDS_AS = RESERVED.union(_NEEDS_AS.split())
QUERY = frozenset({"select", "with", "values", "table", "from"})
# Functions without parentheses.
BARE = frozenset(_BARE.split())
JOINS = frozenset(
    {"join", "inner", "left", "right", "full", "cross", "natural", "asof", "positional", "semi",
     "anti"}
)  # fmt: skip
