-- schema
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS jobs (
    key               TEXT PRIMARY KEY,
    organization      TEXT NOT NULL,
    dataset           TEXT NOT NULL,
    interval_start    TEXT NOT NULL,
    interval_end      TEXT NOT NULL,
    days              TEXT NOT NULL,
    fingerprint       TEXT NOT NULL,
    state             TEXT NOT NULL,
    remote_id         TEXT,
    cursor            TEXT,
    pages             INTEGER NOT NULL,
    attempt           INTEGER NOT NULL,
    submits           INTEGER NOT NULL,
    possibly_repeated INTEGER NOT NULL,
    watermark         TEXT,
    submitted_at      TEXT,
    error             TEXT,
    parent            TEXT,
    scope             TEXT NOT NULL,
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (organization, state);
CREATE TABLE IF NOT EXISTS pages (
    job           TEXT NOT NULL REFERENCES jobs,
    page          INTEGER NOT NULL,
    receipt       TEXT NOT NULL,
    conversations INTEGER NOT NULL,
    ignored       INTEGER NOT NULL,
    quarantined   TEXT NOT NULL,
    unknown       TEXT NOT NULL,
    rows          TEXT NOT NULL,
    fractions     INTEGER NOT NULL,
    PRIMARY KEY (job, page)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    run         TEXT PRIMARY KEY,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    statement   TEXT NOT NULL,
    requests    INTEGER,
    certificate TEXT
);
PRAGMA user_version = 2;
COMMIT;
