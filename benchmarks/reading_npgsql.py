"""Reads every value of a query by Npgsql: takes the folder of what was fetched, and the query."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

FOLDER = Path(sys.argv[1])
sys.path += [str(FOLDER / "python"), str(FOLDER / "npgsql")]

import pythonnet  # noqa: E402
from clr_loader import get_coreclr  # noqa: E402

pythonnet.load(
    get_coreclr(
        runtime_config=str(FOLDER / "runtimeconfig.json"),
        dotnet_root=FOLDER / "dotnetcore2" / "bin",
    )
)
import clr  # noqa: E402

clr.AddReference("Npgsql")
import Npgsql  # noqa: E402
import System  # noqa: E402

connection = Npgsql.NpgsqlConnection(
    f"Host=127.0.0.1;Port={os.environ['PGPORT']};Username={os.environ['PGUSER']};"
    f"Password={os.environ['PGPASSWORD']};Database={os.environ['PGDATABASE']};Pooling=false"
)
connection.Open()
command = Npgsql.NpgsqlCommand(sys.argv[2], connection)
command.CommandTimeout = 0
began = time.perf_counter()
reader = command.ExecuteReader()
values = System.Array.CreateInstance(System.Object, reader.FieldCount)
rows = 0
while reader.Read():
    reader.GetValues(values)
    rows += 1
print(rows, time.perf_counter() - began, flush=True)
os._exit(0)
