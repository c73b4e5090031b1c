"""What the documents show can be run: every question in SQL, every command of a console."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import psycopg
import pytest

from tests.acceptance.commands import PATIENCE, Desk, desk
from tests.acceptance.wire import served
from tests.documents import ROOT, Command, commands, documents, fences, named
from tests.gateway import YEAR, Site
from tests.postgres_server import INSTALLED, running
from tools.print_docs import EXAMPLES
from tools.print_docs.tables import examples_of
from trunkline import config
from trunkline.cli import trunkline
from trunkline_simulator.settings import Settings, Shape

# The pages of the tables show the examples of the files, which are run from there.
WRITTEN = [path for path in documents() if path.parent.name != "tables"]
QUESTIONS = [
    *(
        pytest.param(example.sql, id=f"{path.name} {number}")
        for path in sorted((ROOT / EXAMPLES).glob("*.sql"))
        for number, example in enumerate(examples_of(path.read_text()), start=1)
    ),
    *(
        pytest.param(sql, id=f"{named(path)} {number}")
        for path in WRITTEN
        for number, sql in enumerate(fences(path.read_text(), "sql"), start=1)
    ),
]
LESSON = ROOT / "docs/tutorial.md"
ASKING = ROOT / "docs/howto/psql.md"
PUBLISHING = ROOT / "docs/howto/publish-to-postgresql.md"
CONSOLES = [path for path in WRITTEN if "```console" in path.read_text()]

# `trunkline simulate --per-day 10`, but its jobs do not take their time.
TUTORIAL = Settings(shape=Shape(per_day=10), queued_seconds=0.1, pending_seconds=0.2)
FEW = replace(TUTORIAL, shape=Shape(per_day=2))
PSQL = shutil.which("psql")
PORT = re.compile(r"127\.0\.0\.1:\d+")
RUN = (
    "query",
    "explain",
    "tables",
    "powerbi",
    "coverage",
    "jobs",
    "doctor",
    "sync",
    "prune",
    "users",
    "service-level",
)


def own_files(folder: Path) -> str:
    """The folder of local tables, with the file that the how-to shows."""
    (text,) = fences((ROOT / "docs/howto/local-tables.md").read_text(), "csv")
    own = folder / "own"
    own.mkdir()
    (own / "Cost Centres.csv").write_text(text)
    return str(own)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A simulated organisation of which the year is held."""
    folder = tmp_path_factory.mktemp("site")
    settings = config.Settings(
        token_key=bytes(range(32)).hex(), phone_region="AU", local=own_files(folder)
    )
    found = Site(folder / "data", settings=settings)
    found.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    return found


@pytest.mark.xdist_group("docs: sql")
@pytest.mark.parametrize("sql", QUESTIONS)
def test_a_question_is_answered_with_rows(site: Site, sql: str) -> None:
    assert site.query(sql)


@pytest.mark.parametrize("path", CONSOLES, ids=named)
def test_every_command_can_be_typed(path: Path) -> None:
    for command in commands(path.read_text()):
        if command.program == "trunkline":
            _parse(trunkline, command.arguments)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which the year is held."""
    folder = tmp_path_factory.mktemp("held")
    own_files(folder)
    with desk(folder, FEW) as found:
        done = found.run("query", f"SELECT count(*) FROM conversations WHERE {YEAR}")
        assert done.returncode == 0, done.stderr
        yield found


@pytest.mark.xdist_group("docs: consoles")
@pytest.mark.parametrize("path", [p for p in CONSOLES if p not in (LESSON, ASKING)], ids=named)
def test_every_command_prints_what_the_document_shows(held: Desk, path: Path) -> None:
    _walk_through(held, path)


def test_the_tutorial_can_be_walked_through(tmp_path: Path) -> None:
    report, *_ = fences(LESSON.read_text(), "sql")
    (tmp_path / "report.sql").write_text(report)
    with desk(tmp_path, TUTORIAL) as at, served(at) as server:
        _walk_through(at, LESSON, port=server.port)


@pytest.mark.skipif(not PSQL, reason="needs psql")
def test_asking_from_psql_can_be_walked_through(tmp_path: Path) -> None:
    slow = replace(FEW, queued_seconds=2.0)  # so that there is progress to tell of
    with desk(tmp_path, slow) as at, served(at) as server:
        _walk_through(at, ASKING, port=server.port)


@pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15")
@pytest.mark.xdist_group("docs: consoles")
def test_publishing_can_be_walked_through(held: Desk) -> None:
    with running() as server:
        services = held.folder / "services.conf"
        services.write_text(f"[warehouse]\nhost={server}\nuser=postgres\ndbname=postgres\n")
        at = replace(held, environment=held.environment | {"PGSERVICEFILE": str(services)})
        _walk_through(at, PUBLISHING, (*RUN, "publish"))
        with psycopg.connect(host=str(server), user="postgres") as connection:
            for sql in fences(PUBLISHING.read_text(), "postgresql"):
                assert connection.execute(sql.encode()).fetchall()


def _walk_through(
    at: Desk, path: Path, run: tuple[str, ...] = RUN, port: int | None = None
) -> None:
    for command in commands(path.read_text()):
        if command.program == "trunkline" and command.arguments[0] in run:
            _show(at.run(*command.arguments, **command.environment), command)
        elif command.program == "psql" and port and PSQL:
            _show(_psql(at, command, port), command)


def _psql(at: Desk, command: Command, port: int) -> subprocess.CompletedProcess[str]:
    words = [word.replace("port=5433", f"port={port}") for word in command.arguments]
    return subprocess.run(
        ["psql", "-X", *words],
        env=at.environment | {"LC_ALL": "C.UTF-8"} | command.environment,
        cwd=at.folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def _show(done: subprocess.CompletedProcess[str], command: Command) -> None:
    """Every line shown is a line of what it printed, in which `…` stands for anything.

    How wide a column is may depend on rows of other pages.
    """
    refused = any(line.startswith("trunkline: ") for line in command.printed)
    assert done.returncode == (2 if refused else 0), (command.words, done.stderr)
    printed = PORT.sub("127.0.0.1:8080", done.stdout + done.stderr).splitlines()
    for line in command.printed:
        exact = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        pattern = re.sub(r"(\\ ){2,}", " {2,}", exact)
        found = any(re.fullmatch(pattern, other.rstrip()) for other in printed)
        assert found, f"{line!r} is not in:\n" + "\n".join(printed)


def test_every_key_of_a_certificate_is_explained(site: Site) -> None:
    page = (ROOT / "docs/explanation/certificate.md").read_text()
    certificate = site.prepare(
        "SELECT 1 FROM conversations WHERE conversation_start::DATE = DATE '2024-12-31'"
    ).certificate
    (intervals,) = certificate["intervals"].values()
    keys = [*certificate, *certificate["jobs"][0], *certificate["requests"], *intervals]
    assert [key for key in keys if f"`{key}`" not in page] == []


def _parse(command: click.Command, arguments: tuple[str, ...]) -> None:
    """As click would, without running anything. UsageError where it cannot be typed."""
    context = click.Context(command, info_name="trunkline")
    if isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        below = command.get_command(context, arguments[0])
        assert below is not None, arguments
        _parse(below, arguments[1:])
    else:
        command.make_context("trunkline", list(arguments))
