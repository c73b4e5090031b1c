"""Relations to ask about, and a question asked of them."""

from __future__ import annotations

from typing import Any

from trunkline.lake.locked import Limits
from trunkline.lake.number_token import Tokens, no_tokens
from trunkline.lake.relation import Relation
from trunkline.lake.session import answer, bound
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


def describe(
    sql: str,
    relations: tuple[Relation, ...] = RELATIONS,
    default_schema: str = SCHEMA,
    zone: str = "UTC",
    *,
    token: Tokens = no_tokens,
) -> tuple[str, ...]:
    """The names of the columns that an answer would have."""
    with bound(sql, relations, default_schema, zone, token=token) as (columns, _):
        return columns
