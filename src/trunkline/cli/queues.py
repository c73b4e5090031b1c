"""A queue that somebody names: by its id, or by its name, as they remember it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trunkline.catalog import Catalog, closest
from trunkline.cli.formats.cells import rows
from trunkline.cli.preparing import prepare
from trunkline.engine import Engine, Options
from trunkline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue of the provider's list; ``is_deleted`` where it is no longer there."""

    queue_id: str
    name: str
    is_deleted: bool = False


def chosen(engine: Engine, known: Catalog, told: str, options: Options, *, quiet: bool) -> Queue:
    """The queue that is meant; UsageError where there is none, or more than one."""
    sql = f"SELECT queue_id, name, deleted_at IS NOT NULL FROM {known.schema}.queues"  # noqa: S608
    prepared = prepare(engine, sql, options, quiet=quiet)
    with engine.answer(prepared) as answer:
        queues = [Queue(*row) for row in rows(answer)]
    return found(told, queues)


def found(told: str, queues: Sequence[Queue]) -> Queue:
    """The queue of an id or a name; capitals do not matter where nothing else tells apart."""
    same = [queue for queue in queues if queue.queue_id == told.lower()]
    same = same or _present(queue for queue in queues if queue.name == told)
    same = same or _present(q for q in queues if q.name.casefold() == told.casefold())
    if len(same) == 1:
        return same[0]
    if same:
        ids = ", ".join(queue.queue_id for queue in same)
        raise UsageError(f"there are {len(same)} queues {told}", hint=f"Name one by its id: {ids}.")
    by_name = {queue.name.lower(): queue.name for queue in queues}
    near = closest(told, by_name)
    raise UsageError(
        f"there is no queue {told}",
        hint=f"Did you mean {by_name[near]}?"
        if near
        else '`trunkline query "SELECT name FROM queues ORDER BY name"` lists them all.',
    )


def _present(queues: Iterable[Queue]) -> list[Queue]:
    """Those that are still there; where none is, those that were deleted."""
    listed = list(queues)
    return [queue for queue in listed if not queue.is_deleted] or listed
