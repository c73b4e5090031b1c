"""PostgreSQL's JDBC driver finds out and reads the same from us as from PostgreSQL 15."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.clients.targets import Target

DRIVER = Path("/usr/share/java/postgresql.jar")
SOURCE = Path(__file__).parent / "java" / "Clients.java"
pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("javac") and DRIVER.exists()),
        reason="Debian's packages default-jdk-headless and libpostgresql-jdbc-java are not there",
    ),
    pytest.mark.xdist_group("wire-trunkline"),
]
CHECKS = 56
HERE = {"user types"}  # a row of every table is a type in PostgreSQL, and is none here


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("java")
    subprocess.run(["javac", "-cp", DRIVER, "-d", folder, SOURCE], check=True, timeout=120)
    return folder


def told(target: Target, classes: Path) -> dict[str, str]:
    """What each check found."""
    done = subprocess.run(
        ["java", "-Duser.timezone=UTC", "-cp", f"{classes}:{DRIVER}", "Clients"],
        env=target.environment | {"PATH": os.environ["PATH"], "WIRE_ENDLESS": target.endless},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    lines = (line.partition("\t") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines}


def test_every_check_finds_what_it_finds_in_postgresql(
    ours: Target, control: Target, classes: Path
) -> None:
    found, wanted = told(ours, classes), told(control, classes)
    assert len(wanted) == CHECKS
    assert not [value for value in wanted.values() if "SQLSTATE" in value]
    assert {n: v for n, v in found.items() if n not in HERE} == {
        name: value for name, value in wanted.items() if name not in HERE
    }
