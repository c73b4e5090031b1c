"""What the provider is asked to add up, before any day is fetched; and what becomes of a refusal.

Whatever is not answered exactly as asked is fetched by days, which is said: nobody meets an error
that fetching days would not have had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from trunkline.emissions import Question
from trunkline.engine.added_up import Rows, Told
from trunkline.engine.connect import connected, genesys_hosts
from trunkline.engine.events import Adding, Observe
from trunkline.engine.evidence import Run
from trunkline.engine.fetching import Meter, Parts
from trunkline.engine.options import Options
from trunkline.engine.planning import Task, last_fingerprints
from trunkline.engine.recording import Recording
from trunkline.engine.rights import divisions_of
from trunkline.engine.together import allowance, together
from trunkline.errors import PermissionMissing, ProviderError, RequestRefused
from trunkline.interval import to_millisecond
from trunkline.planner.aggregates.aggregated import Aggregated
from trunkline.planner.plans import Plans
from trunkline.providers.genesys.aggregate_queries import TOO_LARGE
from trunkline.providers.genesys.client import GenesysCloud

HALVINGS = 6  # of one question; what is refused for another reason is refused so often


async def add_up_each(
    tasks: Mapping[str, Task],
    runs: Mapping[str, Run],
    plans: Plans,
    options: Options,
    recording: Recording,
    observe: Observe,
) -> tuple[dict[str, Task], dict[str, Run]]:
    """The runs with what was added up for them, and the tasks that are left.

    Those of which nothing was are of days from here on: a plan that is made again must not ask for
    what nobody will ask any more. CostGuard before any request, as of fetching.
    """
    asking = [name for name, run_ in runs.items() if run_.plan.aggregated]
    done = dict(runs)
    if asking:
        for name in asking:
            genesys_hosts(tasks[name].parts.settings.genesys)
        allowed = allowance({n: tasks[n].parts.settings for n in asking}, plans, options)
        works = {}
        for name in asking:
            hear = recording.hearing(observe, name)
            whose = name if plans.named else ""
            meter = Meter(runs[name].tally, allowed.each[name], hear, whose)
            works[name] = _add_up(tasks[name], runs[name], meter)
        done |= await together(works, named=plans.named)
    left = {n: t if n in done and done[n].told else t.without_aggregates for n, t in tasks.items()}
    return left, done


async def _add_up(task: Task, run_: Run, meter: Meter) -> Run:
    """The run with its rows, or that of fetching days, with the reason."""
    asked, parts = run_.plan.aggregated, task.parts
    if asked is None:
        return run_
    try:
        async with connected(parts.settings, parts.seams, meter, parts.holds) as provider:
            why = await _other_rights(parts, provider, asked)
            if not why:
                return replace(run_, told=await _told(parts, provider, asked, meter))
    except (PermissionMissing, ProviderError) as error:
        why = error.message
    plan = task.without_aggregates.planned(last_fingerprints(parts))
    said = f"what the provider adds up was not used, and days were fetched: {why}"
    return replace(run_, plan=plan, notices=(*run_.notices, said))


async def _other_rights(parts: Parts, provider: GenesysCloud, asked: Aggregated) -> str:
    """Why the client may not see the same of both; empty where it does. Two requests.

    Each is granted by a permission of its own, which a role may give in other divisions.
    """
    names = (asked.declared.dataset, asked.declared.asked_of)
    datasets = [of for of in parts.catalog.datasets if of.name in names]
    client = parts.settings.genesys.client_id
    divisions = await divisions_of(provider, client, datasets)
    details, sums = (divisions.get(name) for name in names)
    if details is None or sums is None:
        return "the client may not ask for its own rights (authorization:grant:view)"
    if set(details) != set(sums):
        return "the client does not see the same divisions of details and of aggregates"
    return ""


async def _told(parts: Parts, provider: GenesysCloud, asked: Aggregated, meter: Meter) -> Told:
    rows, strangers, requests = Rows(asked), Counter[str](), 0
    at = to_millisecond(parts.seams.clock.now())
    waiting = [(question, HALVINGS) for question in reversed(asked.questions)]
    while waiting:
        question, halvings = waiting.pop()
        requests += 1
        try:
            found = await provider.added_up(question)
        except RequestRefused as refused:
            waiting += [(half, halvings - 1) for half in _halves(refused, question, halvings)]
            continue
        strangers.update(found.strangers)
        await parts.seams.offload(rows.add, found)
        meter(Adding(question.interval, len(found.each), parts.organization))
    tables = await parts.seams.offload(rows.tables, parts.catalog)
    return Told(asked, at, requests, len(rows.groups), dict(sorted(strangers.items())), tables)


def _halves(refused: RequestRefused, question: Question, halvings: int) -> Sequence[Question]:
    """The two halves of what was too much, the later one first; else it is refused."""
    halves = question.halves if refused.status in TOO_LARGE and halvings else None
    if halves is None:
        raise refused
    return halves[::-1]


def rows_told(run_: Run) -> Mapping[str, pa.Table]:
    """What a session is given of it; nothing where its days were held when it came to that."""
    return run_.told.rows if run_.told and run_.plan.aggregated else {}
