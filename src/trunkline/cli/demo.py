"""``trunkline demo``: the whole story on the simulator, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from trunkline.cli.formats import write
from trunkline.cli.progress import watching
from trunkline.cli.telling import put
from trunkline.config import GenesysSettings, Settings
from trunkline.engine import Engine, Options, Prepared
from trunkline.errors import ProviderUnreachable, UsageError

REPORT = """\
SELECT strftime(conversation_start, '%Y-%m')             AS month,
       count(DISTINCT conversation_id)                   AS conversations,
       sum(n_offered)                                    AS offered,
       count(t_answered_ms)                              AS answered,
       sum(t_talk_complete_ms) // 3600000                AS talk_hours,
       sum(t_handle_ms) // count(t_handle_ms) // 1000    AS handle_seconds
FROM sessions
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY month
ORDER BY month"""

ANOTHER = """\
SELECT p.purpose, s.media_type, count(*) AS sessions, max(s.ani) AS a_masked_number
FROM participants p JOIN sessions s USING (conversation_id, participant_id)
WHERE p.conversation_start BETWEEN '2025-03-01' AND '2025-05-31 23:59:59.999'
GROUP BY ALL ORDER BY sessions DESC, p.purpose, s.media_type LIMIT 5"""

THIRTEENTH = """\
SELECT count(*) AS conversations, min(conversation_start) AS first, max(conversation_start) AS last
FROM conversations
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-02-01'"""

REAL = """\
Point it at a real organisation with an OAuth client (grant type client credentials):

    trunkline doctor --role                   # the role that it needs
    trunkline init                            # asks for region, short name, client id and secret
    trunkline doctor                          # checks all of it, and says what to do
    trunkline explain "SELECT ..."            # what a query would cost; requests nothing
    trunkline query   "SELECT ..."

For psql, Power BI, Excel and DBeaver it is a PostgreSQL server (docs/howto/psql.md):

    trunkline serve
    psql "host=127.0.0.1 port=5433 dbname=lake"
"""


@click.command("demo")
@click.option(
    "--keep", metavar="DIR", help="Keep the data in this new directory, to query it with --covered."
)
@click.option(
    "--per-day",
    type=click.IntRange(1),
    default=80,
    show_default=True,
    metavar="N",
    help="Conversations on a mean day.",
)
def command(keep: str | None, per_day: int) -> None:
    """Show a twelve-month report, from the plan to the certificate, on a simulated organisation.

    Example:

    \b
        trunkline demo
    """
    if keep:
        _require_empty(Path(keep))
    with tempfile.TemporaryDirectory(prefix="trunkline-demo-") as folder, _simulator(per_day) as at:
        home = Path(keep) if keep else Path(folder) / "data"
        engine = Engine(Settings(home=home, genesys=at))
        try:
            _tell(engine, at.api_url)
        finally:
            engine.close()


def _require_empty(folder: Path) -> None:
    """UsageError for what may be somebody's data: the demo would land its own beside it."""
    if folder.exists() and not (folder.is_dir() and next(folder.iterdir(), None) is None):
        raise UsageError(
            f"{folder} is not an empty directory",
            hint="Give --keep a directory that is empty or does not exist yet.",
        )


def _tell(engine: Engine, url: str) -> None:
    _say(1, f"A simulated Genesys Cloud organisation answers at {url}. The question:")
    put(_indented(REPORT))
    _say(2, "EXPLAIN: what it would cost. Nothing has been requested yet.")
    put(_indented(str(engine.explain(REPORT))))
    _say(3, "The query. Twelve jobs run at the provider at once; pages land masked as they come.")
    first = _ask(engine, REPORT)
    _say(4, "The same question again.")
    _ask(engine, REPORT, rows=False)
    _say(5, "Another question about the same year. Numbers and names were masked before landing.")
    put(_indented(ANOTHER) + "\n")
    _ask(engine, ANOTHER)
    _say(6, "A thirteenth month: only what is missing is fetched.")
    put(_indented(THIRTEENTH) + "\n")
    _ask(engine, THIRTEENTH)
    _say(7, "The certificate of the first answer (`trunkline query --certificate`).")
    put(_indented(_abridged(first.certificate)))
    _say(8, "Your own organisation.")
    put(_indented(REAL))


def _ask(engine: Engine, sql: str, *, rows: bool = True) -> Prepared:
    with watching(quiet=False) as observe:
        prepared = asyncio.run(engine.prepare(sql, Options(), observe))
    sys.stderr.flush()
    with engine.answer(prepared) as answer:
        if rows:
            write("table", answer, sys.stdout.buffer, prepared.time_zone)
            sys.stdout.buffer.flush()
    jobs, requests = len(prepared.certificate["jobs"]), prepared.certificate["requests"]["total"]
    fetched = f" for {jobs} job{'s' if jobs > 1 else ''}" if jobs else ": all of it is held"
    put(click.style(f"{requests} requests{fetched}", bold=True))
    return prepared


def _abridged(certificate: dict[str, Any]) -> str:
    """The certificate with one job of many."""
    shown = certificate | {"jobs": certificate["jobs"][:1]}
    more = len(certificate["jobs"]) - 1
    text = msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()
    return f"{text}\n(and {more} more jobs)"


def _say(number: int, text: str) -> None:
    put("")
    put(click.style(f"{number}. {text}", fg="cyan", bold=True))
    put("")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


@contextmanager
def _simulator(per_day: int) -> Iterator[GenesysSettings]:
    """A simulator in a process of its own, ended with the block."""
    command_line = (sys.executable, "-m", "trunkline_simulator", "--conversations-per-day")
    with subprocess.Popen(  # noqa: S603
        (*command_line, str(per_day)), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield _settings(process.stdout.readline() if process.stdout else "")
        finally:
            process.terminate()


def _settings(line: str) -> GenesysSettings:
    told = dict(part.split("=", 1) for part in line.split())
    if "url" not in told:
        raise ProviderUnreachable("the simulator did not start", hint="Run `trunkline simulate`.")
    return replace(
        GenesysSettings(),
        client_id=told["client_id"],
        client_secret=told["client_secret"],
        region="simulated",
        api_url=told["url"],
        login_url=told["url"],
    )
