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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql/15/bin")
INSTALLED = (BINARIES / "postgres").exists()
PORT = 5432  # of a socket in a directory of its own


@contextmanager
def running(
    settings: Mapping[str, str] | None = None, files: Mapping[str, bytes] | None = None
) -> Iterator[Path]:
    """Start one; gives the directory of its socket, which lets everybody in.

    ``settings`` are added to its command line, where ``{home}`` stands for that directory;
    ``files`` are laid there first, readable to the server only.
    """
    with _started(("--auth=trust",), settings or {}, files or {}) as home:
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
        asked = ("--auth=scram-sha-256", f"--pwfile={file.name}")
        with _started(asked, {"listen_addresses": "127.0.0.1", "port": str(port)}, {}):
            yield port


@contextmanager
def _started(
    init: Sequence[str], settings: Mapping[str, str], files: Mapping[str, bytes]
) -> Iterator[Path]:
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    home = Path(tempfile.mkdtemp(prefix="pg"))
    os.chown(home, user.pw_uid, user.pw_gid)
    try:
        for name, content in files.items():
            _lay(user, home / name, content)
        _run(user, "initdb", "-D", f"{home}/data", "-U", "postgres", *init, "-E", "UTF8",
             "--locale=C", "--no-sync")  # fmt: skip
        usual = {"port": str(PORT), "listen_addresses": "", "fsync": "off", "timezone": "UTC"}
        words = usual | {"unix_socket_directories": str(home)} | dict(settings)
        given = " ".join(f"-c {name}={word.format(home=home)}" for name, word in words.items())
        _run(user, "pg_ctl", "-D", f"{home}/data", "-w", "-l", f"{home}/log", "-o", given, "start")
        try:
            yield home
        finally:
            _run(user, "pg_ctl", "-D", f"{home}/data", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


def _lay(user: pwd.struct_passwd, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    os.chown(path, user.pw_uid, user.pw_gid)


def _run(user: pwd.struct_passwd, program: str, *arguments: str) -> None:
    other = {"user": user.pw_uid, "group": user.pw_gid} if os.geteuid() == 0 else {}
    subprocess.run(
        [BINARIES / program, *arguments],
        check=True, stdout=subprocess.DEVNULL, cwd="/", **other,  # type: ignore[call-overload]
    )  # fmt: skip
