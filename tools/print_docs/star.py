"""The star schema for BI tools: every declared view, with its keys."""

from __future__ import annotations

from collections.abc import Iterator

from tools.print_docs.markdown import code
from tools.print_docs.markdown import page as page_of
from tools.print_docs.markdown import table as grid
from trunkline.catalog import Catalog
from trunkline.views import View

INTRODUCTION = """\
What Power BI, Excel and other BI tools read: facts and dimensions with keys of one column, which
relate them. Each is a query over the [tables](tables.md), which is planned and fetched for as if
it stood in the text. They stand in the schema `bi`, those of further
[organisations](../howto/several-organisations.md) in `NAME_bi`; a
[role](../explanation/masking.md#who-may-read-what) that may not read a table may not read a view
over it. How to use them is in [Power BI](../howto/power-bi.md) and
[Excel](../howto/excel-odbc.md)."""

TIMES = """\
Times are plain: BI tools know no instants. `…_utc` is what a clock in UTC shows, `…_local` what
one in the time zone of the [settings](settings.md) shows (`timezone`; not that of the session),
so that a report looks the same wherever it is refreshed. **Bound queries by `start_utc`**: days
are UTC days of the start of the conversation, in every fact. `data_complete_to` says how far the
provider's data went when the day was last fetched; `refreshed_at` changes whenever what is held
of the day was written anew, which is how incremental refresh detects that it has to read the day
again (also where a month's files were merged, once a month, which changes no row). Past the
watermark ([the tail](../explanation/coverage-and-freshness.md#the-tail)) both are NULL."""

DIMENSIONS = """\
Dimensions need no bounds and no request. `queues`, `users`, `divisions`, `wrapup_codes` and `flows`
have the ids that the conversations held name, and their names from the [whole
lists](../explanation/lists.md) that are held; `trunkline sync queues users divisions wrapup_codes
flows` fetches these. The words are those that the provider documents; a word that it sends beyond
them stays in the facts."""


def page(catalog: Catalog) -> str:
    """Every view of a catalogue."""
    facts = [view for view in catalog.star if view.time]
    dimensions = [view for view in catalog.star if not view.time]
    return page_of(
        "Star schema",
        INTRODUCTION,
        "## Relationships",
        _relationships(catalog),
        "## Facts",
        TIMES,
        *(part for view in facts for part in _view(view)),
        "## Dimensions",
        DIMENSIONS,
        *(part for view in dimensions for part in _view(view)),
    )


def _relationships(catalog: Catalog) -> str:
    rows = [
        (
            code(f"{view.name}.{column.name}"),
            code(f"{column.references}.{_key_of(catalog, str(column.references))}"),
        )
        for view in catalog.star
        for column in view.references
    ]
    return grid(("many", "one"), rows)


def _key_of(catalog: Catalog, name: str) -> str:
    return next(view.key for view in catalog.star if view.name == name)


def _view(view: View) -> Iterator[str]:
    yield f"### {view.qualified}"
    yield f"{view.description} One row is {view.grain}; the key is {code(view.key)}."
    yield grid(
        ("column", "type", "unit", "description"),
        (
            (code(column.name), column.type.duckdb, column.unit or "", column.description)
            for column in view.columns
        ),
    )
