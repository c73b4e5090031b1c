"""Files for Power BI: data sources to open, queries to paste, over the declared views.

Pure: views in, texts out. No file holds a user or a password: Power BI asks for them.

- ``.pbids``: https://learn.microsoft.com/power-bi/connect-data/desktop-data-sources
- PostgreSQL.Database: https://learn.microsoft.com/powerquery-m/postgresql-database; its navigation
  is by ``Schema`` and ``Item``
- RangeStart and RangeEnd are reserved names, in this spelling, of parameters of type Date/Time:
  https://learn.microsoft.com/power-bi/connect-data/incremental-refresh-overview
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trunkline.views import View

MODES = {"import": "Import", "directquery": "DirectQuery"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the server is: its host as clients name it, its port, its database."""

    host: str
    port: int
    database: str

    @property
    def server(self) -> str:
        """Host and port, as Power BI writes them."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Range:
    """What is loaded while a report is made, in UTC; the service sets it for each partition."""

    start: datetime
    end: datetime


def files(source: Source, views: Iterable[View], within: Range) -> dict[str, str]:
    """The files by their names: a data source for each mode, the parameters, a query a view."""
    made = {f"trunkline-{name}.pbids": pbids(source, mode) for name, mode in MODES.items()}
    made["RangeStart.pq"] = parameter(within.start)
    made["RangeEnd.pq"] = parameter(within.end)
    return made | {f"{view.schema}.{view.name}.pq": query(source, view) for view in views}


def pbids(source: Source, mode: str) -> str:
    """A data source that Power BI Desktop opens; it asks for the user then."""
    connection = {
        "details": {
            "protocol": "postgresql",
            "address": {"server": source.server, "database": source.database},
        },
        "options": {},
        "mode": mode,
    }
    return json.dumps({"version": "0.1", "connections": [connection]}, indent=2) + "\n"


def parameter(instant: datetime) -> str:
    """The text of a parameter of type Date/Time, as Power BI writes one."""
    parts = ", ".join(str(part) for part in instant.timetuple()[:6])
    meant = 'IsParameterQuery = true, IsParameterQueryRequired = true, Type = "DateTime"'
    return f"#datetime({parts}) meta [{meant}]\n"


def query(source: Source, view: View) -> str:
    """A query of a view; one with a time is cut by the parameters, which folds into its SQL."""
    server, database, schema = map(_text, (source.server, source.database, view.schema))
    steps = [
        f"Source = PostgreSQL.Database({server}, {database})",
        f"View = Source{{[Schema = {schema}, Item = {_text(view.name)}]}}[Data]",
    ]
    last = "View"
    if view.time:
        last = "Range"
        steps.append(
            f"Range = Table.SelectRows(View, each [{view.time}] >= RangeStart "
            f"and [{view.time}] < RangeEnd)"
        )
    body = ",\n    ".join(steps)
    return f"// {view.qualified}: {view.description}\nlet\n    {body}\nin\n    {last}\n"


def _text(value: str) -> str:
    """A text as M writes it."""
    return '"' + value.replace('"', '""') + '"'
