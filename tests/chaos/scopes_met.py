"""What questions met: how often it was tried what they are there to try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.chaos.held import Holding
from tests.chaos.questions import Question
from tests.chaos.scopes_asking import Moment
from tests.chaos.world import Answered, Ended
from trunkline.scope import filtered

MET = frozenset(
    [
        "another time than the start",
        "answer by ids that fails",
        "answer of the tail that fails",
        "as of an older snapshot",
        "counted over two tables",
        "covered only",
        "filter that is held as a wider one",
        "filtered day then whole",
        "filtered fetch",
        "held of all time",
        "killed while the tail is asked for",
        "open at",
        "tail asked",
        "tail displaced by a job",
        "tail of several pages",
        "two questions at once",
    ]
)


def met_of(question: Question, ended: Ended, moments: Sequence[Moment]) -> Counter[str]:
    """What one question met."""
    met: Counter[str] = Counter()
    wrong = [sent.kind for sent in ended.sent if sent.faults]
    met["answer of the tail that fails"] += wrong.count("tail")
    met["answer by ids that fails"] += wrong.count("record")
    last = ended.sent[-1].kind if ended.sent else ""
    met["killed while the tail is asked for"] += ended.killed and last == "tail"
    if not isinstance(ended.value, Answered):
        return met
    prepared = ended.value.prepared
    pages = sum(sent.kind == "tail" and sent.status == 200 for sent in ended.sent)
    filters = prepared.certificate["filtered"].get("conversation_details", {})
    met["tail asked"] += pages > 0
    met["tail of several pages"] += pages > 1 and question.page < 100
    met["another time than the start"] += bool(question.within)
    met["counted over two tables"] += question.counted
    met["covered only"] += question.held == "covered"
    met["held of all time"] += not question.bounded
    met["as of an older snapshot"] += prepared.snapshot < moments[-1].snapshot
    met["filter that is held as a wider one"] += bool(filters.keys() - {_own(question)})
    return met


def _own(question: Question) -> str:
    """The filter that would be fetched for it; with ``auto`` none is, of so few conversations."""
    values = {one.column: one.values for one in question.where}
    return filtered(values).condition if values else ""


def met_between(before: Holding | None, after: Holding) -> Counter[str]:
    """What became of the scopes while one process ran."""
    met: Counter[str] = Counter()
    old = before.beside if before else None
    for scope, days in after.beside.brought.items():
        known = old.brought.get(scope, {}) if old else {}
        new = any(known.get(day) != brought for day, brought in days.items())
        met["filtered fetch" if scope.predicates else "open at"] += new
    if before is not None and old is not None:
        fresh = after.days.keys() - before.days.keys()
        filtered = {d for s in old.filters for d in old.brought.get(s, {})}
        met["filtered day then whole"] += bool(fresh & filtered)
        gone = {day.day for day in old.tails} - {day.day for day in after.beside.tails}
        met["tail displaced by a job"] += bool(gone & after.days.keys())
    return met
