-- schema
CREATE TABLE IF NOT EXISTS snapshots (
    snapshot     INTEGER PRIMARY KEY AUTOINCREMENT,
    published_at TEXT NOT NULL,
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    job          TEXT NOT NULL UNIQUE,
    pruned       INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS closed (
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    month        TEXT NOT NULL,
    snapshot     INTEGER NOT NULL REFERENCES snapshots,
    PRIMARY KEY (organization, dataset, month)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pins (
    organization TEXT NOT NULL,
    month        TEXT NOT NULL,
    snapshot     INTEGER NOT NULL REFERENCES snapshots,
    PRIMARY KEY (organization, month, snapshot)
) WITHOUT ROWID;
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
    job           TEXT NOT NULL,
    born          INTEGER NOT NULL REFERENCES snapshots,
    died          INTEGER REFERENCES snapshots,
    PRIMARY KEY (organization, dataset, scope, day, born)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS open_records (
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    record       TEXT NOT NULL,
    start        TEXT NOT NULL,
    scope        TEXT NOT NULL,
    since        TEXT NOT NULL,
    asked        TEXT NOT NULL,
    PRIMARY KEY (organization, dataset, record)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tails (
    organization  TEXT NOT NULL,
    dataset       TEXT NOT NULL,
    day           TEXT NOT NULL,
    start         TEXT NOT NULL,
    until         TEXT NOT NULL,
    asked_at      TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    conversations INTEGER NOT NULL,
    quarantined   TEXT NOT NULL,
    born          INTEGER NOT NULL REFERENCES snapshots,
    died          INTEGER REFERENCES snapshots,
    PRIMARY KEY (organization, dataset, day, born)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watermarks (
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    watermark    TEXT NOT NULL,
    told_at      TEXT NOT NULL,
    PRIMARY KEY (organization, dataset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS provider_counts (
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    day          TEXT NOT NULL,
    provider     INTEGER NOT NULL,
    held         INTEGER NOT NULL,
    asked_at     TEXT NOT NULL,
    PRIMARY KEY (organization, dataset, day)
) WITHOUT ROWID;

-- with_jobs
-- Each row of coverage was born with the snapshot of the job that brought the day.
ALTER TABLE coverage ADD COLUMN job TEXT NOT NULL DEFAULT '';
UPDATE coverage SET job = (SELECT job FROM snapshots WHERE snapshot = coverage.born);

-- with_users
CREATE TABLE IF NOT EXISTS users (
    name       TEXT PRIMARY KEY,
    role       TEXT NOT NULL,
    verifier   TEXT NOT NULL,
    granted    TEXT NOT NULL,
    revoked    TEXT NOT NULL,
    fetch      TEXT NOT NULL,
    limits     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused_logins (
    hour      TEXT NOT NULL,
    user_name TEXT NOT NULL,
    door      TEXT NOT NULL,
    network   TEXT NOT NULL,
    reason    TEXT NOT NULL,
    first_at  TEXT NOT NULL,
    last_at   TEXT NOT NULL,
    attempts  INTEGER NOT NULL,
    PRIMARY KEY (hour, user_name, door, network, reason)
) WITHOUT ROWID;

-- with_lists
-- The whole lists that are held: one row each time one was asked for, until it is asked again.
CREATE TABLE IF NOT EXISTS lists (
    organization TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    refreshed_at TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    seen_by      TEXT NOT NULL,
    since        TEXT NOT NULL,
    divisions    TEXT NOT NULL,
    requests     INTEGER NOT NULL,
    rows         TEXT NOT NULL,
    deleted      TEXT NOT NULL,
    quarantined  TEXT NOT NULL,
    unknown      TEXT NOT NULL,
    job          TEXT NOT NULL,
    born         INTEGER NOT NULL REFERENCES snapshots,
    died         INTEGER REFERENCES snapshots,
    PRIMARY KEY (organization, dataset, born)
) WITHOUT ROWID;
