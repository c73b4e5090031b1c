"""The schema ``metrics``: every view of one interval, and how coarser ones are named."""

from __future__ import annotations

from collections.abc import Iterator

from tools.print_docs.markdown import code
from tools.print_docs.markdown import page as page_of
from tools.print_docs.markdown import table as grid
from trunkline.catalog import Catalog
from trunkline.metrics.grains import COARSER
from trunkline.views import View

INTRODUCTION = """\
Service level and the figures beside it, by queue or agent and interval. Each is a query over the
[tables](tables.md), which is planned and fetched for as if it stood in the text. The views stand
in the schema `metrics`, those of further [organisations](../howto/several-organisations.md) in
`NAME_metrics`. What the figures mean is in [metrics](../explanation/metrics.md); a report of one
queue is printed by [`trunkline service-level`](../howto/service-level.md)."""

RULES = """\
**Bound queries by `interval_start`.** Counts and sums add up; rates and averages do not: add what
they are made of, and divide last. Rates are shares of 1. Both are exact decimals to six places,
halves up, and NULL where there is nothing to divide by."""

GRAINS = """\
A view that ends as below has the same columns by a coarser unit. Units are those of the session's
time zone (`--timezone`, the setting `timezone`). None is finer than the intervals that are
fetched (the setting `aggregate_minutes`)."""


def page(catalog: Catalog) -> str:
    """Every view of the schema."""
    views = [view for view in catalog.views if view not in catalog.star]
    endings = tuple(grain.suffix for grain in COARSER)
    own = [view for view in views if not view.name.endswith(endings)]
    rows = [(code(grain.suffix), _unit(grain.words)) for grain in COARSER]
    return page_of(
        "Service level and KPIs",
        INTRODUCTION,
        RULES,
        "## Coarser intervals",
        GRAINS,
        grid(("ending", "unit"), rows),
        *(part for view in own for part in _view(view, views)),
    )


def _unit(words: str) -> str:
    return f"one {words.rstrip(',')}"


def _view(view: View, views: list[View]) -> Iterator[str]:
    coarser = [code(v.qualified) for v in views if v.name.startswith(f"{view.name}_by_")]
    yield f"## {view.qualified}"
    yield f"{view.description} One row is {view.grain}; the key is {code(view.key)}."
    if coarser:
        yield f"Coarser: {', '.join(coarser)}."
    yield grid(
        ("column", "type", "unit", "description"),
        (
            (code(column.name), column.type.duckdb, column.unit or "", column.description)
            for column in view.columns
        ),
    )
