"""EXPLAIN: our plan, which says what a query would fetch and what that costs; nothing is run."""

from __future__ import annotations

import pyarrow as pa

from trunkline.engine import Engine
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import checks, queries
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
    if question.is_system:
        await queries.described(session, question)
        text = "Answered by the system catalogue; nothing is fetched for it."
    else:
        options, sql = options_of(session, question.types, values), question.meant.sql
        text = str(await placed(question, session.desks.do(Engine.explain, sql, options)))
    return pa.table([pa.array(text.splitlines(), pa.string())], names=["QUERY PLAN"])
