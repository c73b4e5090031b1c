"""What is now: asked for by every query that names it, given to its session, written nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from trunkline.catalog import Dataset
from trunkline.engine.connect import connected
from trunkline.engine.events import Observe
from trunkline.engine.evidence import Run
from trunkline.engine.fetching import Meter, Parts, flattener_of
from trunkline.engine.observed import Observed, RowsOfEach
from trunkline.engine.options import Options
from trunkline.engine.planning import Task
from trunkline.engine.recording import Recording
from trunkline.engine.together import together
from trunkline.errors import MalformedAnswer
from trunkline.flatten import Flattened, Flattener
from trunkline.interval import EVER, Interval, to_millisecond
from trunkline.providers.genesys.client import GenesysCloud


async def observe_each(
    tasks: Sequence[Task],
    runs: Mapping[str, Run],
    options: Options,
    recording: Recording,
    hear: Observe,
    *,
    named: bool,
) -> dict[str, Run]:
    """The runs of those organisations of which something is read as it is now, with that.

    All or nothing: an answer never stands on a part of what is now.
    """
    works = {}
    for task in tasks:
        parts, name = task.parts, task.parts.organization
        if run_ := runs.get(name):
            most = options.most_requests(parts.settings)
            whose = name if named else ""
            meter = Meter(run_.tally, most, recording.hearing(hear, name), whose)
            works[name] = _observe(parts, run_, meter)
    return await together(works, named=named)


async def _observe(parts: Parts, run_: Run, meter: Meter) -> Run:
    async with connected(parts.settings, parts.seams, meter, parts.holds) as provider:
        found = {of.name: await _read(parts, provider, of) for of in run_.plan.observed}
    return replace(run_, observed=found)


async def _read(parts: Parts, provider: GenesysCloud, dataset: Dataset) -> Observed:
    """One dataset as it is now."""
    at = to_millisecond(parts.seams.clock.now())
    asked = await provider.submit(dataset, Interval(at, at + timedelta(milliseconds=1)))
    flattener, cursor = flattener_of(parts, dataset), None
    pages: list[Flattened] = []
    while not pages or cursor is not None:
        body = await provider.page(dataset, asked.id, cursor)
        page: Flattened = await parts.seams.offload(_flatten, flattener, body)
        pages.append(page)
        if page.cursor is not None and page.cursor == cursor:
            raise MalformedAnswer("the result pages go round in a circle")
        cursor = page.cursor
    return Observed(at, tuple(pages))


def _flatten(flattener: Flattener, body: bytes) -> Flattened:
    return flattener.flatten(body, days=EVER)


def rows_observed(parts: Parts, runs: Mapping[str, Run]) -> RowsOfEach:
    """What a session is given of it."""
    return {
        name: {
            table.name: found.rows(table.name)
            for table in parts.catalogs.of(name).tables
            if (found := run_.observed.get(table.dataset.name))
        }
        for name, run_ in runs.items()
    }
