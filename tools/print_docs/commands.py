"""Every command with its own help text, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tools.print_docs.markdown import fenced
from tools.print_docs.markdown import page as page_of
from trunkline.cli import trunkline

WIDTH = 96

INTRODUCTION = """\
What `--help` says. Rows go to stdout; progress, notices and errors to stderr. The exit statuses are
explained in [errors.md](errors.md), the settings that stand behind options in
[settings.md](settings.md)."""


def page() -> str:
    """The page."""
    return page_of("Commands", INTRODUCTION, *map(_section, contexts()))


def contexts() -> Iterator[click.Context]:
    """A context of each command, the program itself first, subcommands after their command."""
    yield from _walk(trunkline, "trunkline", None)


def _walk(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[click.Context]:
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        **command.context_settings,
    )
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _walk(found, below, context)


def _section(context: click.Context) -> str:
    return f"## {context.command_path}\n\n{fenced('text', context.get_help())}"
