"""Rows over the wire, client by client: ``trunkline serve`` and PostgreSQL 15 with the same table.

    python -m benchmarks.wire --rows 1000000 --rounds 2

Each figure is of a client in a process of its own, reading the whole table over loopback without
TLS; the servers take turns, round by round, and the best of each is kept, since machines are noisy.
The first row's time is that of a million. Memory is the server's largest resident size, of all its
clients one after another.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.wire_clients import WAYS, installed
from tests.acceptance.clients.serving import served
from tests.acceptance.clients.targets import Target, postgresql
from tests.postgres_server import INSTALLED

Best = dict[tuple[str, str], tuple[int, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--tls", action="store_true")
    asked = parser.parse_args()
    ways = [name for name in asked.only if installed(name)]
    with served(asked.rows) as ours:
        if not INSTALLED:
            best = _rounds([ours.target], ways, asked.rounds, tls=asked.tls)
        else:
            with postgresql(asked.rows) as control:
                best = _rounds([ours.target, control], ways, asked.rounds, tls=asked.tls)
        memory = _largest(ours.pid)
    _print(best, ways)
    print(f"\ntrunkline serve took {memory:.0f} MB at the most")


def _rounds(targets: list[Target], ways: list[str], rounds: int, *, tls: bool) -> Best:
    best: Best = {}
    for _ in range(rounds):
        for name in ways:
            for target in targets:
                rows, seconds = _run(target, name, tls=tls)
                known = best.get((name, target.name))
                if known is None or seconds < known[1]:
                    best[name, target.name] = rows, seconds
    return best


def _run(target: Target, name: str, *, tls: bool) -> tuple[int, float]:
    given = os.environ | target.environment | {"PGSSLMODE": "require" if tls else "disable"}
    command = [sys.executable, "-m", "benchmarks.wire_clients", name]
    done = subprocess.run(command, env=given, check=True, stdout=subprocess.PIPE, text=True)
    rows, seconds = done.stdout.split()
    return int(rows), float(seconds)


def _largest(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _print(best: Best, ways: list[str]) -> None:
    print(f"{'':<28}{'trunkline':>16}{'PostgreSQL 15':>16}   ratio")
    for name in ways:
        ours, theirs = (best.get((name, server)) for server in ("trunkline", "postgresql"))
        cells = f"{_figure(ours):>16}{_figure(theirs):>16}"
        ratio = ours and theirs and _speed(ours) / _speed(theirs)
        print(f"{name:<28}{cells}{f'{ratio:8.2f}' if ratio else ''}")


def _speed(found: tuple[int, float]) -> float:
    return found[0] / found[1]


def _figure(found: tuple[int, float] | None) -> str:
    if found is None:
        return "-"
    rows, seconds = found
    return f"{seconds * 1000:,.0f} ms" if rows == 1 else f"{rows / seconds:,.0f} rows/s"


if __name__ == "__main__":
    main()
