"""``trunkline jobs``: what is and was under way."""

from __future__ import annotations

import asyncio

import click
import msgspec

from trunkline.cli import grid
from trunkline.cli.opening import engine_of
from trunkline.cli.progress import days_of, watching
from trunkline.cli.telling import put, tell, visible
from trunkline.engine import Engine
from trunkline.errors import IncompleteData, UsageError
from trunkline.interval import iso
from trunkline.jobs.job import Job, JobState
from trunkline.scope import OPEN_AT


@click.group("jobs", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show, cancel or resume jobs.

    Example:

    \b
        trunkline jobs
        trunkline jobs resume
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_jobs)


@command.command("list")
@click.pass_context
def list_jobs(ctx: click.Context) -> None:
    """List every job, oldest first.

    Example:

    \b
        trunkline jobs list
    """
    with engine_of(ctx) as engine:
        jobs, named = engine.jobs(), engine.catalogs.is_several
    if not jobs:
        put("no jobs yet: a query starts those it needs")
        return
    whose = ("organisation",) if named else ()
    grid.show(
        ("job", *whose, "dataset", "interval (UTC days)", "state", "pages", "note"),
        (_row(job, named=named) for job in jobs),
    )


def _row(job: Job, *, named: bool) -> tuple[str, ...]:
    notes = filter(None, (_filter(job), job.error))
    return (
        job.key[:8],
        *((job.organization,) if named else ()),
        job.dataset,
        days_of(job),
        job.state.value,
        str(job.pages),
        "; ".join(notes),
    )


def _filter(job: Job) -> str:
    return f"where {job.scope.condition}" if job.scope.predicates else ""


@command.command("show")
@click.argument("key")
@click.pass_context
def show(ctx: click.Context, key: str) -> None:
    """Show one job, named by the start of its key or of the provider's id.

    Example:

    \b
        trunkline jobs show 7266cf3d
    """
    with engine_of(ctx) as engine:
        job = _find(engine, key)
    fields = {
        "job": job.key,
        "organisation": job.organization,
        "dataset": job.dataset,
        "interval": str(job.interval),
        "days": len(job.days),
        "of them": "what was open" if job.scope == OPEN_AT else _filter(job) or "all",
        "state": job.state.value,
        "provider's id": job.remote_id,
        "pages": job.pages,
        "attempt": job.attempt,
        "submits": job.submits,
        "possibly repeated": job.possibly_repeated,
        "submitted at": iso(job.submitted_at) if job.submitted_at else None,
        "watermark": iso(job.watermark) if job.watermark else None,
        "error": job.error,
    }
    put(visible(msgspec.json.format(msgspec.json.encode(fields), indent=2).decode()))


@command.command("cancel")
@click.argument("key")
@click.pass_context
def cancel(ctx: click.Context, key: str) -> None:
    """Give a job up, here and with the provider.

    A process that is fetching it does so at its next step, and this command waits for that.

    Example:

    \b
        trunkline jobs cancel 7266cf3d
    """
    with engine_of(ctx) as engine, watching(quiet=True) as observe:
        job = asyncio.run(engine.cancel(_find(engine, key).key, observe))
        if job.state is not JobState.CANCELLED:
            raise UsageError(f"job {job.key[:8]} ended before: it is {job.state.value}")
        put(f"job {job.key[:8]} is cancelled; its days are fetched again when asked for")


@command.command("resume")
@click.pass_context
def resume(ctx: click.Context) -> None:
    """Go on with every unfinished job.

    Example:

    \b
        trunkline jobs resume
    """
    with engine_of(ctx) as engine:
        with watching(quiet=False, named=engine.catalogs.is_several) as observe:
            outcome, others = asyncio.run(engine.resume(observe))
        count = len(outcome.published)
        tell(f"{count} job{'' if count == 1 else 's'} published")
        if others:
            tell(
                f"notice: {len(others)} unfinished of another client, or of other rights of this "
                "one, left alone: `trunkline jobs cancel` gives a job up"
            )
        if outcome.broken:
            names = ", ".join(str(job.interval) for job, _ in outcome.broken)
            reasons = "; ".join(sorted({error.message for _, error in outcome.broken}))
            raise IncompleteData(f"not fetched: {names} ({reasons})")


def _find(engine: Engine, key: str) -> Job:
    """The job of a key, or of the provider's id, as progress names it; UsageError if not one."""
    jobs = engine.jobs()
    found = [job for job in jobs if job.key.startswith(key)]
    found = found or [job for job in jobs if (job.remote_id or "").startswith(key)]
    if len(found) != 1:
        count = "no job" if not found else f"{len(found)} jobs"
        hint = "`trunkline jobs` lists them by their keys; more of a key tells two apart."
        raise UsageError(f"{count} with a key or id that starts with {key!r}", hint=hint)
    return found[0]
