"""Real Npgsql 4.0.9, of the line that Power BI ships, finds and reads as in PostgreSQL 15."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.clients.fetched import FOLDER
from tests.acceptance.clients.targets import Target

PROGRAM = Path(__file__).parent / "dotnet" / "checks.py"
pytestmark = [
    pytest.mark.skipif(
        not (FOLDER / "runtimeconfig.json").exists(),
        reason="Npgsql and its .NET are not there: `make clients`",
    ),
    pytest.mark.xdist_group("wire-trunkline"),
]
CHECKS = 28


def told(target: Target) -> dict[str, str]:
    """What each check found."""
    given = {
        "PATH": os.environ["PATH"], "WIRE_ENDLESS": target.endless,
        "LD_LIBRARY_PATH": str(FOLDER / "openssl"), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, PROGRAM, FOLDER], env=target.environment | given,
        capture_output=True, text=True, check=True, timeout=180,
    )  # fmt: skip
    lines = (line.partition("\t") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines}


def test_every_check_finds_what_it_finds_in_postgresql(ours: Target, control: Target) -> None:
    found, wanted = told(ours), told(control)
    assert len(wanted) == CHECKS
    assert not [value for value in wanted.values() if value.startswith("ERROR")]
    for server in (found, wanted):  # each has its own number and search path
        del server["version"], server["pooled"]
    assert found == wanted
