"""The command line. Rows go to stdout; progress, notices and errors to stderr."""

from __future__ import annotations

import importlib
from typing import Any

import click

from trunkline import __version__

# Name, module and one line of help: nothing is imported before it is asked for, so that
# `trunkline --help` stays quick.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("trunkline.cli.demo", "The whole story on the simulator; no account needed."),
    "init": ("trunkline.cli.init", "Connect an organisation: the integration form."),
    "doctor": ("trunkline.cli.doctor", "Check host, token, permissions, clock and limits."),
    "query": ("trunkline.cli.query", "Run SQL; fetch what it needs and is not held yet."),
    "explain": ("trunkline.cli.explain", "Show what a query would fetch; request nothing."),
    "service-level": ("trunkline.cli.service_level", "Print the service level of a queue."),
    "sync": ("trunkline.cli.sync", "Fetch days before anybody asks for them, once or for ever."),
    "serve": ("trunkline.cli.serve", "Serve the tables to psql, Power BI, Excel and others."),
    "status": ("trunkline.cli.status", "Show whether `sync --follow` runs and how it is."),
    "jobs": ("trunkline.cli.jobs", "List, show, cancel or resume jobs."),
    "coverage": ("trunkline.cli.coverage", "Show which days are held."),
    "prune": ("trunkline.cli.prune", "Remove old snapshots and the files only they need."),
    "publish": ("trunkline.cli.publish", "Keep the tables in a PostgreSQL of your own."),
    "tables": ("trunkline.cli.tables", "List the tables, or the columns of one."),
    "powerbi": ("trunkline.cli.powerbi", "Write files that open the server in Power BI."),
    "users": ("trunkline.cli.users", "Add, change, list and remove the users of a server."),
    "simulate": ("trunkline.cli.simulate", "Serve the simulated API on a local port."),
}


class _Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one that is called."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a near name for one that does not exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from trunkline.catalog import closest  # noqa: PLC0415

            if "://" in args[0]:
                ctx.fail("no command, but a URL, which may hold a password and is not repeated.")
            near = closest(args[0], COMMANDS)
            ctx.fail(f"no command {args[0]!r}." + (f" Did you mean {near}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trunkline")
@click.option("--config", metavar="FILE", help="Configuration file; default ./trunkline.toml.")
@click.pass_context
def trunkline(ctx: click.Context, config: str | None) -> None:
    """Write SQL against a contact centre.

    Exit status: 0 done; 1 internal; 2 usage or SQL; 3 credentials or permission;
    4 the provider failed or data is incomplete; 5 interrupted (resumable).

    Example:

    \b
        trunkline demo
        trunkline query "SELECT count(*) FROM conversations
                         WHERE conversation_start >= '2025-01-01'
                           AND conversation_start <  '2026-01-01'"
    """
    ctx.obj = config


def main(args: list[str] | None = None) -> Any:
    """Run a command and exit with its status."""
    from trunkline.cli.failure import run  # noqa: PLC0415

    return run(trunkline, args)
