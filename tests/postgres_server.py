"""A real PostgreSQL for tests, where one is installed: in a temporary directory, on a Unix socket.

Whoever starts it stops it. It refuses to run as root, so root hands it to the user ``postgres``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql/15/bin")
INSTALLED = (BINARIES / "postgres").exists()
PORT = 5432  # of a socket in a directory of its own


@contextmanager
def running() -> Iterator[Path]:
    """Start one; gives the directory of its socket, which lets everybody in."""
    with _started("--auth=trust", "-c listen_addresses=", PORT) as home:
        yield home


@contextmanager
def listening(password: str) -> Iterator[int]:
    """Start one that listens on loopback alone, and asks for a password; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        os.chmod(file.name, 0o644)  # noqa: PTH101 (the user postgres reads it)
        with _started(
            f"--auth=scram-sha-256 --pwfile={file.name}", "-c listen_addresses=127.0.0.1", port
        ):
            yield port


@contextmanager
def _started(init: str, settings: str, port: int) -> Iterator[Path]:
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    home = Path(tempfile.mkdtemp(prefix="pg"))
    os.chown(home, user.pw_uid, user.pw_gid)
    try:
        _run(user, "initdb", "-D", f"{home}/data", "-U", "postgres", *init.split(), "-E", "UTF8",
             "--locale=C", "--no-sync")  # fmt: skip
        settings = f"-k {home} -p {port} {settings} -c fsync=off -c timezone=UTC"
        _run(user, "pg_ctl", "-D", f"{home}/data", "-w", "-l", f"{home}/log", "-o", settings,
             "start")  # fmt: skip
        try:
            yield home
        finally:
            _run(user, "pg_ctl", "-D", f"{home}/data", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


def _run(user: pwd.struct_passwd, program: str, *arguments: str) -> None:
    other = {"user": user.pw_uid, "group": user.pw_gid} if os.geteuid() == 0 else {}
    subprocess.run(
        [BINARIES / program, *arguments],
        check=True, stdout=subprocess.DEVNULL, cwd="/", **other,  # type: ignore[call-overload]
    )  # fmt: skip
