"""bi.dates: a day a row, without gaps, for the local and the UTC days of the facts."""

from __future__ import annotations

from trunkline.types import Type
from trunkline.views import View, ViewColumn


def _column(name: str, type_: Type, sql: str, description: str) -> ViewColumn:
    return ViewColumn(name, type_, sql, description, nullable=False)


DATES = View(
    name="dates",
    description="Days, without gaps, from 2015 to the end of next year: mark it as the date table.",
    grain="one day",
    key="date",
    columns=(
        _column("date", Type.DATE, "d.date", "The day."),
        _column("year", Type.BIGINT, "year(d.date)", "Its year."),
        _column("quarter", Type.BIGINT, "quarter(d.date)", "1 to 4."),
        _column("month", Type.BIGINT, "month(d.date)", "1 to 12."),
        _column(
            "month_name", Type.TEXT, "monthname(d.date)", "January to December; sort by month."
        ),
        _column(
            "month_start",
            Type.DATE,
            "CAST(date_trunc('month', d.date) AS DATE)",
            "Its month's first.",
        ),
        _column("day", Type.BIGINT, "day(d.date)", "1 to 31."),
        _column("iso_year", Type.BIGINT, "isoyear(d.date)", "The year of its ISO week."),
        _column("iso_week", Type.BIGINT, "weekofyear(d.date)", "Its ISO week, 1 to 53."),
        _column(
            "week_start",
            Type.DATE,
            "CAST(date_trunc('week', d.date) AS DATE)",
            "Its week's Monday.",
        ),
        _column("weekday", Type.BIGINT, "isodow(d.date)", "1 for Monday to 7 for Sunday."),
        _column("weekday_name", Type.TEXT, "dayname(d.date)", "Monday to Sunday; sort by weekday."),
        _column("is_weekend", Type.BOOLEAN, "(isodow(d.date) > 5)", "Saturday or Sunday."),
    ),
    source=(
        "(SELECT CAST(unnest(generate_series(DATE '2015-01-01', make_date(CAST(year(today()) AS "
        "BIGINT) + 1, 12, 31), INTERVAL 1 DAY)) AS DATE) AS date) d"
    ),
)
