"""From the command line's context to an engine."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from trunkline.cli.telling import tell
from trunkline.config import Settings, load, unknown_variables
from trunkline.engine import Engine


def settings_of(ctx: click.Context) -> Settings:
    """The settings of the working directory, or of ``--config``."""
    config = Path(ctx.obj) if ctx.obj else None
    settings = load(os.environ, directory=Path.cwd(), config=config)
    names = [each.organization for each in settings.each]
    strangers = unknown_variables(os.environ, directory=Path.cwd(), organizations=names)
    for name, near in strangers:
        meant = f"; did you mean {near}?" if near else ""
        tell(f"notice: {name} is no setting and has no effect{meant}")
    return settings


@contextmanager
def engine_of(ctx: click.Context) -> Iterator[Engine]:
    """The engine over the data directory of the settings."""
    engine = Engine(settings_of(ctx))
    # What is imported by now stays: walking it again and again took 4 % of the time of a landing.
    gc.freeze()
    try:
        yield engine
    finally:
        gc.unfreeze()
        engine.close()
