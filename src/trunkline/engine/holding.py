"""From tasks to what they want being held: planned, fetched, certified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trunkline.engine.adding_up import add_up_each, rows_told
from trunkline.engine.certificate import Facts, Tally, certificate
from trunkline.engine.combining import combined
from trunkline.engine.completeness import missing_notices, unopened_notices
from trunkline.engine.counting import allow, verify_run
from trunkline.engine.events import Observe, Planned
from trunkline.engine.evidence import Run, facts_of
from trunkline.engine.fetching import Parts
from trunkline.engine.judgement import (
    count_notices,
    held_notice,
    quarantine_notice,
    reopened_notices,
    require_complete,
    tail_notices,
)
from trunkline.engine.local import told as told_files
from trunkline.engine.observed import RowsOfEach
from trunkline.engine.observing import observe_each, rows_observed
from trunkline.engine.options import Options
from trunkline.engine.planning import Task, last_fingerprints, snapshot_of
from trunkline.engine.recording import Begun, recorded, refusing
from trunkline.engine.running import run_each, settle
from trunkline.engine.together import each_of, together
from trunkline.planner.plans import FileRead, Plans

Runs = Mapping[str, Run]


@dataclass(frozen=True, slots=True)
class Done:
    """What plans wanted is held now: the plans it ended with, and what that took."""

    plans: Plans
    snapshot: int
    notices: tuple[str, ...]
    certificate: dict[str, Any]
    run: str
    observed: RowsOfEach


def planned(tasks: Iterable[Task]) -> dict[str, Run]:
    """A run that has just begun for each organisation that is read; the first where none is."""
    begun = {
        task.parts.organization: Run(task.planned(last_fingerprints(task.parts)), Tally())
        for task in tasks
    }
    read = {n: r for n, r in begun.items() if r.plan.reads}
    return read or dict([*begun.items()][:1])


def plans_of(runs: Runs, parts: Parts, files: tuple[FileRead, ...] = ()) -> Plans:
    """The plans of the runs, with the files of the user's own that they read."""
    each = {name: run.plan for name, run in runs.items()}
    return Plans(each, parts.catalogs.is_several, files)


async def hold(
    begun: Begun,
    tasks: Sequence[Task],
    options: Options,
    observe: Observe,
    files: tuple[FileRead, ...] = (),
) -> Done:
    """See to it that what plans want is held, and note what that took."""
    by_name = {task.parts.organization: task for task in tasks}
    some, asked_at = tasks[0].parts, tasks[0].parts.seams.clock.now()
    for task in tasks:
        settle(task.parts)
    journal, keep = some.store.journal, some.settings.history_time
    with refusing(journal, some.seams, begun, keep):
        runs = planned(tasks)
        for name, run in runs.items() if options.verify else ():
            allow(by_name[name].parts, run.plan, options)
    plans = plans_of(runs, some, files)
    begun = replace(begun, text=plans.any.sql)
    with recorded(journal, some.seams, begun, keep) as recording:
        observe(Planned(plans))
        tasks_now, runs = await add_up_each(by_name, runs, plans, options, recording, observe)
        plans = plans_of(runs, some, files)
        wanting = [tasks_now[name] for name, run in runs.items() if run.plan.requests_to_hold]
        if wanting:
            runs |= await run_each(wanting, runs, plans, options, recording, observe)
        if observing := [by_name[name] for name, run in runs.items() if run.plan.observed]:
            runs |= await observe_each(
                observing, runs, options, recording, observe, named=plans.named
            )
        if options.verify:
            counting = {
                name: verify_run(
                    by_name[name].parts,
                    run.plan,
                    run.tally,
                    options,
                    recording.hearing(observe, name),
                )
                for name, run in runs.items()
            }
            await together(counting, named=plans.named)
        snapshot = recording.snapshot = snapshot_of(some, options.as_of)
        facts = {
            name: facts_of(by_name[name].parts, run, snapshot, asked_at, verified=options.verify)
            for name, run in runs.items()
        }
        certified = {
            name: certificate(run.plan, run.tally, facts[name]) for name, run in runs.items()
        }
        whole = combined(certified, named=plans.named) | {"local_files": told_files(files)}
        recording.certificate = whole

        def notices(name: str) -> tuple[str, ...]:
            told = _notices(by_name[name].parts, runs[name], facts[name], options)
            counted = count_notices(certified[name]) if options.verify else ()
            return (*told, *quarantine_notice(certified[name]), *counted)

        said = each_of(runs, notices, named=plans.named)
    done = plans_of(runs, some, files)
    now = rows_observed(some, runs)
    rows = {name: {**now[name], **rows_told(run)} for name, run in runs.items()}
    return Done(done, snapshot, _named(said, done), whole, recording.run, rows)


def _named(said: Mapping[str, tuple[str, ...]], plans: Plans) -> tuple[str, ...]:
    """Notices, each with whose it is where that has to be told."""
    of = "{name}: {notice}" if plans.named else "{notice}"
    return tuple(of.format(name=n, notice=notice) for n, told in said.items() for notice in told)


def _notices(parts: Parts, done: Run, facts: Facts, options: Options) -> tuple[str, ...]:
    notices = [*done.plan.notices, *done.notices, *tail_notices(facts.tails)]
    notices += reopened_notices(done.reopened)
    if options.held_only and done.plan.scans:  # the days of other tables are not asked about
        through = (day for day in facts.covered if day.scope.predicates)
        held = (*parts.lake.coverage(parts.organization, facts.snapshot), *through)
        notices.append(held_notice(facts.snapshot, held))
    if done.fetched and (done.broken or done.unopened):
        notices.append(require_complete(done.fetched, allow_partial=options.allow_partial))
    missing = missing_notices(facts.missing, facts.covered)
    return (*notices, *missing, *unopened_notices(facts.unopened))
