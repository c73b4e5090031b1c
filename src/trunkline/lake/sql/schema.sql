-- schema
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS snapshots (
    snapshot     INTEGER PRIMARY KEY AUTOINCREMENT,
    published_at TEXT NOT NULL,
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    job          TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS files (
    file         INTEGER PRIMARY KEY,
    organization TEXT NOT NULL,
    table_name   TEXT NOT NULL,
    scope        TEXT NOT NULL,
    path         TEXT NOT NULL UNIQUE,
    sha256       TEXT NOT NULL,
    rows         INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    born         INTEGER NOT NULL REFERENCES snapshots,
    died         INTEGER REFERENCES snapshots
);
CREATE TABLE IF NOT EXISTS file_days (
    file INTEGER NOT NULL REFERENCES files,
    day  TEXT NOT NULL,
    PRIMARY KEY (file, day)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_days_by_day ON file_days (day, file);
CREATE TABLE IF NOT EXISTS coverage (
    organization  TEXT NOT NULL,
    dataset       TEXT NOT NULL,
    scope         TEXT NOT NULL,
    day           TEXT NOT NULL,
    fetched_at    TEXT NOT NULL,
    watermark     TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    conversations INTEGER NOT NULL,
    divisions     TEXT NOT NULL,
    born          INTEGER NOT NULL REFERENCES snapshots,
    died          INTEGER REFERENCES snapshots,
    PRIMARY KEY (organization, dataset, scope, day, born)
) WITHOUT ROWID;
PRAGMA user_version = 2;
COMMIT;
