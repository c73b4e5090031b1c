"""Which predicates bound a query: the shapes that the planner's tests hold, those with a title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tools.print_docs.markdown import fenced
from tools.print_docs.markdown import page as page_of
from trunkline.catalog import Catalog

SHAPES = "tests/fixtures/planner"

INTRODUCTION = """\
A scan of a table needs a lower bound on its time column, `conversation_start`; the upper one is the
present where there is none. These are shapes in which it is found, each with what is then read, in
UTC. Dates are of the session's zone, which is UTC here unless another is named. Whatever is read,
DuckDB answers the query as it stands: a bound that is wider than it must be costs requests, never
rows.

Every one of them, and some two hundred more, is run in the tests over all rows and over what is
planned, with equal results. What is in none of them may still be understood: `trunkline explain`
says so without a request. Where nothing is, the query is an error that names the column, and
`--covered` answers it from what is held."""

OTHER_TIMES = """\
A bound on another time of a conversation bounds its start: it started before the upper bound, and
after the lower one less the [lookback](settings.md). What had started before that and was still
open then comes by a job of its own, one for each such day, and a notice says so. A time that may
stand a moment before the start asks for a second more. These are such times: {times}."""

_ORDER = (
    ("comparison", "Plain bounds"),
    ("calendar", "Parts of the calendar, texts and counts"),
    ("shifted", "Intervals on the column's side"),
    ("calendars", "Bounds that stand in the query as rows"),
    ("parameters", "Parameters"),
    ("other_times", "Other times of a conversation"),
)
_CLAUSE = re.compile(r" (?=(?:LEFT |CROSS )?JOIN |WHERE |AND |GROUP BY )")


def page(shapes: Mapping[str, str], known: Catalog) -> str:
    """The page, of the text of each file of shapes by its name without ``.sql``."""
    times = ", ".join(
        f"`{table.name}.{column.name}`"
        for table in known.tables
        for column in table.columns
        if column.within
    )
    parts = [INTRODUCTION]
    for name, title in _ORDER:
        parts.append(f"## {title}")
        parts += [OTHER_TIMES.format(times=times)] if name == "other_times" else []
        for block in shapes[name].strip().split("\n\n"):
            parts += _shown(block.splitlines())
    return page_of("Which predicates bound a query", *parts)


def _shown(lines: list[str]) -> Iterator[str]:
    said = dict(line[2:].strip().partition(": ")[::2] for line in lines if line.startswith("--"))
    if "page" not in said:
        return
    query, *planned = (line for line in lines if not line.startswith("--"))
    beside = [f"{key} `{said[key]}`" for key in ("timezone", "now", "parameters") if key in said]
    yield f"**{said['page']}**" + (f" ({', '.join(beside)})" if beside else "")
    read = "\n".join(f"-- {line}" for line in planned)
    yield fenced("text", f"{_CLAUSE.sub(chr(10), query)}\n{read}")
