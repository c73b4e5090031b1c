"""Pages for the tests of flatten, and the plain rows of what they became."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from trunkline.flatten import Flattened, Flattener, Policy
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import TABLES

FIXTURE = Path(__file__).parents[2] / "fixtures" / "genesys-job-results-voice.json"
FLATTENER = Flattener(
    CONVERSATION_DETAILS,
    tuple(table for table in TABLES if table.dataset is CONVERSATION_DETAILS),
    Policy(),
)
DAY = date(2025, 3, 13)
DAYS = frozenset({DAY})

Json = dict[str, Any]
Row = dict[str, Any]


def session(**attributes: Any) -> Json:
    """A voice session; attributes given as None are left out."""
    return _without_none({"sessionId": "s1", "mediaType": "voice", **attributes})


def conversation(*sessions: Json, **attributes: Any) -> Json:
    """A conversation of one participant with these sessions."""
    return _without_none(
        {
            "conversationId": "c1",
            "conversationStart": "2025-03-13T08:00:00.000Z",
            "participants": [{"participantId": "p1", "sessions": list(sessions)}],
            **attributes,
        }
    )


def metric(name: str, value: Any) -> Json:
    return {"name": name, "value": value, "emitDate": "2025-03-13T08:01:00.000Z"}


def body(*conversations: Any, **envelope: Any) -> bytes:
    """A result page as the provider writes it: compact, UTF-8."""
    page = {"conversations": list(conversations), **envelope}
    return json.dumps(page, separators=(",", ":"), ensure_ascii=False).encode()


def flat(*conversations: Any) -> Flattened:
    """A page of these conversations, flattened."""
    return FLATTENER.flatten(body(*conversations), days=DAYS)


def rows(flattened: Flattened, table: str) -> list[Row]:
    found: list[Row] = flattened.tables[table].to_pylist()
    return found


def row(flattened: Flattened, table: str) -> Row:
    """The only row of a table."""
    (only,) = rows(flattened, table)
    return only


def _without_none(attributes: Json) -> Json:
    return {name: value for name, value in attributes.items() if value is not None}
