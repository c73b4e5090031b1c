"""A question on its way: progress, notices, and whether what it costs is to be paid."""

from __future__ import annotations

import asyncio
import sys

import click

from trunkline.cli.progress import watching
from trunkline.cli.telling import tell
from trunkline.engine import Engine, Options, Prepared
from trunkline.planner.plans import Plans


def prepare(engine: Engine, text: str, options: Options, *, quiet: bool) -> Prepared:
    """Plan and fetch, telling how far it is, and say what has to be said of the answer."""
    with watching(quiet=quiet, named=engine.catalogs.is_several) as observe:
        prepared = asyncio.run(engine.prepare(text, options, observe))
    for notice in prepared.notices:
        tell(f"notice: {notice}")
    return prepared


def ask(plan: Plans) -> bool:
    """On a terminal, ask whether what is costly shall run; elsewhere it shall not."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(
        f"This takes at least {plan.requests:,} requests, which the provider bills. Go on?",
        err=True,
    )
