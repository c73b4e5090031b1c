"""node-postgres, its cursor and its stream; ``make clients`` fetches them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.acceptance.clients.fetched import FOLDER
from tests.acceptance.clients.targets import Target
from tests.documents import ROOT

MODULES = FOLDER / "node" / "node_modules"
SCRIPT = ROOT / "tests" / "acceptance" / "clients" / "node" / "clients.cjs"
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and MODULES.exists()),
    reason="node-postgres is not there: install node and npm, then `make clients`",
)


@pytest.mark.parametrize("tls", ["", "1"])
def test_every_check_of_node(target: Target, tls: str) -> None:
    given = {"PATH": os.environ["PATH"], "NODE_PATH": str(MODULES), "WIRE_TLS": tls}
    done = subprocess.run(
        ["node", SCRIPT], env=target.environment | given | {"WIRE_ROWS": str(target.rows)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert len(told) == 14
    assert {name: error for name, error in told.items() if error} == {}
