-- schema
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
    kind        TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    statement   TEXT NOT NULL,
    requests    INTEGER,
    outcome     TEXT,
    exit_status INTEGER,
    snapshot    INTEGER,
    certificate TEXT,
    user_name   TEXT,
    role        TEXT,
    door        TEXT,
    application TEXT,
    rows        INTEGER,
    numbers     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (started_at);
CREATE INDEX IF NOT EXISTS runs_by_user ON runs (user_name, started_at);
CREATE TABLE IF NOT EXISTS requests (
    request        INTEGER PRIMARY KEY,
    run            TEXT NOT NULL,
    at             TEXT NOT NULL,
    method         TEXT NOT NULL,
    path           TEXT NOT NULL,
    status         INTEGER,
    failure        TEXT,
    attempt        INTEGER NOT NULL,
    waited_ms      INTEGER NOT NULL,
    duration_ms    INTEGER NOT NULL,
    received       INTEGER NOT NULL,
    correlation_id TEXT,
    organization   TEXT NOT NULL DEFAULT 'genesys'
);
CREATE INDEX IF NOT EXISTS requests_by_time ON requests (at);
CREATE TABLE IF NOT EXISTS cancellations (
    job TEXT PRIMARY KEY REFERENCES jobs
) WITHOUT ROWID;

-- with_organizations
ALTER TABLE requests ADD COLUMN organization TEXT NOT NULL DEFAULT 'genesys';

-- with_readers
ALTER TABLE runs ADD COLUMN user_name TEXT;
ALTER TABLE runs ADD COLUMN role TEXT;
ALTER TABLE runs ADD COLUMN door TEXT;
ALTER TABLE runs ADD COLUMN application TEXT;
ALTER TABLE runs ADD COLUMN rows INTEGER;
ALTER TABLE runs ADD COLUMN numbers INTEGER NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS runs_by_user ON runs (user_name, started_at);
