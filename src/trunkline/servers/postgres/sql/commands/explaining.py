"""EXPLAIN: https://www.postgresql.org/docs/15/sql-explain.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql.commands.values import Explain
from trunkline.servers.postgres.sql.reader import Reader


def explain(reader: Reader) -> Explain:
    """Behind EXPLAIN; options in parentheses, or ANALYZE and VERBOSE as they were of old."""
    found: dict[str, str] = {}
    if reader.sees("(") and not reader.ahead(1).is_("(", "select", "with", "values", "table"):
        reader.expect("(")
        while not reader.take(")"):
            name = reader.name()
            found[name] = "true" if reader.token.is_(",", ")") else reader.next().value
            if not reader.take(",") and not reader.sees(")"):
                raise reader.error()
    else:
        while word := reader.take_one("analyze", "analyse", "verbose"):
            found[word.replace("analyse", "analyze")] = "true"
    return Explain(reader.rest(), found)
