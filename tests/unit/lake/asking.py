"""Relations to ask about, and a question asked of them."""

from __future__ import annotations

from typing import Any

from trunkline.lake.relation import Relation
from trunkline.lake.session import Limits, answer
from trunkline.types import Type

CONVERSATIONS = Relation(
    "genesys",
    "conversations",
    (
        ("conversation_id", Type.TEXT),
        ("conversation_start", Type.TIMESTAMP),
        ("n_transferred", Type.BIGINT),
    ),
)
SEGMENTS = Relation(
    "genesys", "segments", (("segment_key", Type.TEXT), ("conversation_id", Type.TEXT))
)
JOBS = Relation("trunkline", "jobs", (("key", Type.TEXT), ("state", Type.TEXT)))
RELATIONS = (CONVERSATIONS, SEGMENTS, JOBS)
SCHEMA = "genesys"


def ask(
    sql: str,
    *,
    relations: tuple[Relation, ...] = RELATIONS,
    zone: str = "UTC",
    limits: Limits | None = None,
) -> list[dict[str, Any]]:
    """The rows of an answer."""
    with answer(sql, relations, SCHEMA, zone, limits or Limits(memory="256MB")) as found:
        return [row for batch in found.batches for row in batch.to_pylist()]
