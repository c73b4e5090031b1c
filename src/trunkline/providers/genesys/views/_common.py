"""What all facts have: when their conversation started, and how fresh they are.

Times of UTC are made by way of the epoch: AT TIME ZONE means the same and takes ten times as long.
"""

from __future__ import annotations

from trunkline.catalog import Table
from trunkline.types import Type
from trunkline.views import ViewColumn

START = "the start of the conversation, which decides the day that is fetched and refreshed"


def utc(expression: str) -> str:
    """An instant as the plain time that a clock in UTC shows."""
    return f"make_timestamp(epoch_us({expression}))"


def local(expression: str) -> str:
    """An instant as the plain time of the zone of the settings."""
    return f"{expression} AT TIME ZONE '{{zone}}'"


def both(name: str, expression: str, what: str) -> tuple[ViewColumn, ViewColumn]:
    """An instant in UTC and in local time."""
    return (
        ViewColumn(f"{name}_utc", Type.PLAIN_TIME, utc(expression), f"{what}, in UTC."),
        ViewColumn(f"{name}_local", Type.PLAIN_TIME, local(expression), f"{what}, in local time."),
    )


def started(alias: str) -> tuple[ViewColumn, ...]:
    """When the conversation started: to bound by, to refresh by, and to relate dates by."""
    start = f"{alias}.conversation_start"
    return (
        ViewColumn(
            "start_utc",
            Type.PLAIN_TIME,
            utc(start),
            f"In UTC, {START}: bound queries by it, and filter it by RangeStart and RangeEnd.",
            nullable=False,
        ),
        ViewColumn(
            "start_local",
            Type.PLAIN_TIME,
            local(start),
            f"In local time, {START}.",
            nullable=False,
        ),
        ViewColumn(
            "start_date",
            Type.DATE,
            f"CAST({local(start)} AS DATE)",
            "The local day of the start.",
            references="dates",
            nullable=False,
        ),
        ViewColumn(
            "start_date_utc",
            Type.DATE,
            f"CAST({utc(start)} AS DATE)",
            "The UTC day of the start.",
            references="dates",
            nullable=False,
        ),
    )


def same(table: Table, alias: str, *names: str, **references: str) -> tuple[ViewColumn, ...]:
    """Columns as a table has them; of those in ``references``, the view they are the key of."""
    columns = (table.column(name) for name in names)
    return tuple(
        ViewColumn(
            column.name,
            column.type,
            f"{alias}.{column.name}",
            column.description,
            column.unit,
            references.get(column.name),
            nullable=column.name not in (table.key, table.dataset.key),
        )
        for column in columns
    )


def fresh(alias: str) -> tuple[ViewColumn, ViewColumn]:
    """How fresh the row's day is; ``with_freshness`` brings what that is read from."""
    return (
        ViewColumn(
            "data_complete_to",
            Type.PLAIN_TIME,
            _of_day(alias, "complete_to"),
            "Up to where, in UTC, the provider's data was complete when the day was last fetched; "
            "NULL for what came past that, or through a filter. The largest is how far a report "
            "can be trusted.",
        ),
        ViewColumn(
            "refreshed_at",
            Type.PLAIN_TIME,
            _of_day(alias, "changed_at"),
            "When, in UTC, what is held of the day was last written: it was fetched, or an open "
            "conversation of it was asked for again. Detect data changes by it.",
        ),
    )


def _of_day(alias: str, column: str) -> str:
    """An element of a list, by the day; a list counts from 1, and below 0 from its end."""
    day = f"epoch_us({alias}.conversation_start) // 86400000000"
    return f"make_timestamp(f.{column}[greatest({day} - f.before_day, 0)])"


def with_freshness(source: str) -> str:
    """What stands after FROM, with the one row that says how fresh the days are as ``f``."""
    return (
        f"{source} CROSS JOIN (SELECT * FROM trunkline.freshness "  # noqa: S608
        "WHERE organization = '{of}' AND dataset = 'conversation_details') f"
    )
