"""Where in the client's text an error is, which was found in a statement of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql import Statement


@contextmanager
def shifted(statement: Statement) -> Iterator[None]:
    """Positions count from the start of the whole text."""
    try:
        yield
    except Refused as refusal:
        if refusal.report.position is not None:
            at = refusal.report.position + statement.offset
            refusal.report = replace(refusal.report, position=at)
        raise
