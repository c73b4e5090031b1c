"""Two organisations in one trunkline.toml, as somebody at a terminal has them."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.commands import PATIENCE, SMALL, Desk
from trunkline_simulator.server import run_in_thread
from trunkline_simulator.settings import Settings, Shape
from trunkline_simulator.simulator import Simulator

GLOBEX = replace(SMALL, shape=Shape(seed=8, per_day=3), short_name="globex", salt="globex")
MARCH = ("--from", "2025-03-01", "--to", "2025-04-01")
IN_MARCH = "conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'"
BOTH = f"""
    SELECT whose, count(*) AS n FROM (
        SELECT 'acme' AS whose, conversation_start FROM acme.conversations
        UNION ALL SELECT 'globex', conversation_start FROM globex.conversations
    ) WHERE {IN_MARCH} GROUP BY whose ORDER BY whose"""


@dataclass(frozen=True, slots=True)
class Two:
    """A desk, and both providers."""

    at: Desk
    globex: Simulator


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with ExitStack() as stack:
        simulators = {"acme": SMALL, "globex": GLOBEX}
        served: dict[str, Simulator] = {}
        tables, secrets = [], {}
        for name, settings in simulators.items():
            served[name] = Simulator(settings, lambda: datetime.now(UTC))
            address = stack.enter_context(run_in_thread(served[name]))
            tables.append(_table(name, settings, address.api_url, address.login_url))
            secrets[f"TRUNKLINE_{name.upper()}_CLIENT_SECRET"] = settings.clients[0].secret
        (tmp_path / "trunkline.toml").write_text("\n".join(tables))
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(tmp_path),
            "COLUMNS": "200",
            **secrets,
        }
        yield Two(Desk(served["acme"], environment, tmp_path), served["globex"])


def _table(name: str, settings: Settings, api: str, login: str) -> str:
    return (
        f'[organizations.{name}]\nprovider = "genesys"\nclient_id = '
        f'"{settings.clients[0].client_id}"\norg = "{settings.short_name}"\n'
        f'api_url = "{api}"\nlogin_url = "{login}"\n'
    )


def test_a_query_of_both_and_what_is_told_of_it(two: Two) -> None:
    at = two.at
    planned = at.run("explain", BOTH)
    assert planned.returncode == 0, planned.stderr
    assert "Organisation acme\n" in planned.stdout
    assert planned.stdout.rstrip().endswith("In all at least 6 requests")
    done = at.run("query", "--format", "json", "--certificate=c.json", BOTH)
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    assert all(line.startswith(("acme: ", "globex: ")) for line in told), told
    assert "acme: 1 job to fetch" in told
    assert "acme: 2025-03-01 to 2025-03-31: landed" in done.stderr
    assert "globex: 2025-03-01 to 2025-03-31: landed" in done.stderr
    counts = {row["whose"]: row["n"] for row in json.loads(done.stdout)}
    certificate = json.loads((at.folder / "c.json").read_text())
    of_each = certificate["organizations"]
    assert {name: of["conversations"] for name, of in of_each.items()} == counts
    assert counts["acme"] > counts["globex"] > 0
    asked = at.requests + len(two.globex.state.log)
    assert certificate["requests"]["total"] == asked
    assert at.run("query", BOTH).returncode == 0
    assert at.requests + len(two.globex.state.log) == asked

    jobs = at.run("jobs").stdout.splitlines()
    assert "organisation" in jobs[0]
    assert {line.split()[1] for line in jobs[1:] if "published" in line} == {"acme", "globex"}
    held = at.run("coverage").stdout
    assert "acme: conversation_details" in held
    assert "globex: conversation_details" in held
    system = at.run(
        "query", "--format", "csv",
        "SELECT organization, count(*) FROM trunkline.coverage GROUP BY ALL ORDER BY ALL",
    )  # fmt: skip
    assert system.stdout.splitlines()[1:] == ["acme,31", "globex,31"]
    journal = at.run(
        "query", "--format", "csv",
        "SELECT organization, count(*) FROM trunkline.requests GROUP BY ALL ORDER BY ALL",
    )  # fmt: skip
    assert journal.stdout.splitlines()[1:] == [
        f"acme,{at.requests}", f"globex,{len(two.globex.state.log)}",
    ]  # fmt: skip


def test_sync_and_the_check_of_each(two: Two) -> None:
    at = two.at
    done = at.run("sync", "--quiet", *MARCH)
    assert done.returncode == 0, done.stderr
    assert sorted(line.partition(":")[0] for line in done.stdout.splitlines()) == ["acme", "globex"]
    again = at.run("sync", "--quiet", "--org", "globex", "--refresh", *MARCH)
    assert again.stdout.startswith("globex: 2025-03-01 to 2025-03-31: 31 days fetched")
    table = at.run("sync", "--quiet", "globex.segments", *MARCH)
    assert table.stdout.startswith("globex: 2025-03-01 to 2025-03-31: 0 days fetched")
    wrong = at.run("sync", "--org", "globx", *MARCH)
    assert wrong.returncode == 2
    assert "Did you mean globex?" in wrong.stderr
    both = at.run("doctor", "--verify", *MARCH)
    assert both.returncode == 0, both.stdout
    assert both.stdout.count("organisation acme\n") == 2
    assert both.stdout.count("counts: 31 final days are too old for the provider to count") == 2
    assert "\nthe data directory\nok       unknown attributes: none" in both.stdout
    one = at.run("doctor", "--org", "acme")
    assert "organisation globex" not in one.stdout
    pinned = at.run("prune", "--pin", "2025-03")
    assert "is kept for 2025-03" in pinned.stdout
    pins = [line for line in at.run("prune", "--dry-run").stdout.splitlines() if "pinned" in line]
    assert {line.partition(":")[0] for line in pins} == {"acme", "globex"}
    for name in ("acme", "globex"):
        assert pinned.stdout.split()[1] in [line.split()[2] for line in pins if name in line]
    tables = at.run("tables")
    assert "organisations: acme (the default" in tables.stdout
    assert at.run("tables", "globex_finance.session_numbers").stdout.startswith(
        "globex_finance.session_numbers: "
    )


def test_one_that_is_refused_fails_what_reads_it_alone(two: Two) -> None:
    at = two.at
    wrong = {"TRUNKLINE_GLOBEX_CLIENT_SECRET": "wrong"}
    one = at.run("sync", "--quiet", *MARCH, **wrong)
    assert one.returncode == 3, one.stderr
    assert "trunkline: globex: " in one.stderr
    assert one.stderr.count("globex: ") == 1
    assert one.stdout.startswith("acme: 2025-03-01 to 2025-03-31: 31 days fetched")
    before = at.requests
    done = at.run("query", f"SELECT count(*) FROM conversations WHERE {IN_MARCH}", **wrong)
    assert done.returncode == 0, done.stderr
    assert at.requests == before
    assert at.run("query", BOTH, **wrong).returncode == 3
    missing = at.run("query", BOTH, TRUNKLINE_GLOBEX_CLIENT_SECRET="")
    assert missing.returncode == 2
    assert "not set: TRUNKLINE_GLOBEX_CLIENT_SECRET" in missing.stderr
    check = at.run("doctor", **wrong)
    assert check.returncode == 3
    assert "failed" in check.stdout.split("organisation globex")[1]


def test_from_python(two: Two) -> None:
    done = two.at.python(
        "import trunkline, datetime as d\n"
        "with trunkline.connect() as gateway:\n"
        "    march = dict(start=d.date(2025, 3, 1), end=d.date(2025, 4, 1))\n"
        "    print([(o.organization, o.days) for o in gateway.sync(**march).each])\n"
        "    print(gateway.sync('globex.segments', **march).organization)\n"
        f"    result = gateway.query({BOTH!r})\n"
        "    print(len(result.arrow()), sorted(result.certificate['organizations']))\n"
    )
    assert done.stdout.splitlines() == [
        "[('acme', 31), ('globex', 31)]",
        "globex",
        "2 ['acme', 'globex']",
    ], done.stderr


def test_both_are_followed_and_each_has_its_health(two: Two) -> None:
    process = two.at.start("sync", "--follow", "--quiet", "--no-tail")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    assert sorted(line.partition(": ")[0] for line in lines) == ["acme", "globex"]
    shown = two.at.run("status")
    assert shown.returncode == 0, shown.stdout
    assert "\nacme: " in shown.stdout
    assert "\nglobex: " in shown.stdout
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5, err


def test_one_that_is_refused_leaves_the_other_followed(two: Two) -> None:
    wrong = {"TRUNKLINE_GLOBEX_CLIENT_SECRET": "wrong"}
    at = replace(two.at, environment=two.at.environment | wrong)
    process = at.start("sync", "--follow", "--quiet", "--no-tail")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("acme: ")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5, err
    (notice,) = [line for line in err.splitlines() if "not followed any more" in line]
    assert notice.startswith("notice: globex: ")
