"""EXPLAIN: our plan, which says what a query would fetch and what that costs; nothing is run."""

from __future__ import annotations

import pyarrow as pa

from trunkline.engine import Engine
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import checks
from trunkline.servers.postgres.session.asking import options_of
from trunkline.servers.postgres.session.queries import Question, placed
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql.commands.values import Explain
from trunkline.servers.postgres.types import TEXT, Column

COLUMNS = (Column("QUERY PLAN", TEXT),)


async def explain(
    session: Session, command: Explain, question: Question, values: tuple[object, ...]
) -> pa.Table:
    """The plan, a line a row."""
    if checks.boolean("analyze", command.options.get("analyze", "off")) == "on":
        raise refused(
            "0A000",
            "EXPLAIN ANALYZE is not supported",
            hint="Run the query; SHOW trunkline.certificate tells what it took.",
        )
    if command.options.get("format", "text").lower() != "text":
        raise refused("0A000", "EXPLAIN has the format text only")
    options = options_of(session, question.types, values)
    plans = await placed(question, session.desks.do(Engine.explain, question.sql, options))
    return pa.table([pa.array(str(plans).splitlines(), pa.string())], names=["QUERY PLAN"])
