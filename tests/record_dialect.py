"""Writes tests/fixtures/dialect/*.json: what a real PostgreSQL 15 answers to the queries beside.

    python -m tests.record_dialect [GROUP ...]

A ``.sql`` file has a query on each line; what follows ``--`` on a line of its own is a comment.
Recorded are names, types and values of the columns, and the types of parameters. A query with
parameters is only described.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.dialect_rows import made
from tests.postgres_client import Client
from tests.postgres_server import PORT, running

FOLDER = Path(__file__).parent / "fixtures" / "dialect"


def queries(path: Path) -> list[str]:
    """The queries of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("--")]


def recorded(client: Client, query: str) -> dict[str, Any]:
    """One query."""
    described = client.described(query)
    case: dict[str, Any] = {"sql": query, "names": described.names, "oids": described.oids}
    if described.parameters:
        case["parameters"] = described.parameters
    else:
        rows = client.extended(query, 0).rows
        case["rows"] = [[None if v is None else v.decode() for v in row] for row in rows]
    return case


def main(wanted: list[str]) -> int:
    failed = 0
    with running() as directory, Client(directory, PORT) as client:
        for statement in made(postgres=True):
            client.simple(statement)
        for path in sorted(FOLDER.glob("*.sql")):
            if wanted and path.stem not in wanted:
                continue
            cases = []
            for query in queries(path):
                try:
                    cases.append(recorded(client, query))
                except RuntimeError as error:
                    failed += 1
                    print(f"{path.stem}: {query}\n    {error}", file=sys.stderr)  # noqa: T201
            lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
            path.with_suffix(".json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
