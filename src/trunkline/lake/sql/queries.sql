-- latest
-- The newest snapshot, 0 before the first.
SELECT coalesce(max(snapshot), 0) AS snapshot FROM snapshots;

-- first_job
-- Random, and never dropped: no other data directory has the same.
SELECT job FROM snapshots ORDER BY snapshot LIMIT 1;

-- snapshot_of_job
SELECT snapshot FROM snapshots WHERE job = :job;

-- snapshot_at
-- The snapshot that was the newest at an instant.
SELECT coalesce(max(snapshot), 0) AS snapshot FROM snapshots WHERE published_at <= :instant;

-- add_snapshot
INSERT INTO snapshots (published_at, organization, dataset, job)
VALUES (:published_at, :organization, :dataset, :job)
RETURNING snapshot;

-- add_file
INSERT INTO files (organization, table_name, scope, path, sha256, rows, bytes, born)
VALUES (:organization, :table_name, :scope, :path, :sha256, :rows, :bytes, :born)
RETURNING file;

-- add_file_day
INSERT INTO file_days (file, day) VALUES (:file, :day);

-- end_file
UPDATE files SET died = :snapshot WHERE file = :file AND died IS NULL;

-- end_coverage
UPDATE coverage SET died = :snapshot
WHERE organization = :organization AND dataset = :dataset AND scope = :scope AND day = :day
  AND died IS NULL;

-- add_coverage
INSERT INTO coverage
    (organization, dataset, scope, day, fetched_at, watermark, fingerprint, conversations,
     divisions, job, born)
VALUES
    (:organization, :dataset, :scope, :day, :fetched_at, :watermark, :fingerprint,
     :conversations, :divisions, :job, :born);

-- recount
-- The day is as it was, but for how many records it has.
INSERT INTO coverage
    (organization, dataset, scope, day, fetched_at, watermark, fingerprint, conversations,
     divisions, job, born)
SELECT organization, dataset, scope, day, fetched_at, watermark, fingerprint, :conversations,
       divisions, job, :born
FROM coverage
WHERE organization = :organization AND dataset = :dataset AND scope = :scope AND day = :day
  AND died = :born;

-- files_of_snapshot
SELECT files.table_name, files.path, files.scope, files.rows, files.bytes, files.sha256,
    group_concat(file_days.day) AS days
FROM files JOIN file_days USING (file)
WHERE organization = :organization AND born <= :snapshot AND (died IS NULL OR died > :snapshot)
  AND (:tables IS NULL OR table_name IN (SELECT value FROM json_each(:tables)))
GROUP BY files.file
ORDER BY files.table_name, files.file;

-- live_files
-- The files of a table that hold any of some days, with all of their days.
SELECT files.file, files.path, files.rows, group_concat(file_days.day) AS days
FROM files JOIN file_days USING (file)
WHERE organization = :organization AND table_name = :table_name AND scope = :scope
  AND died IS NULL
  AND file IN (SELECT file FROM file_days WHERE day BETWEEN :first_day AND :last_day)
GROUP BY files.file, files.path, files.rows;

-- live_scopes
SELECT DISTINCT scope FROM files
WHERE organization = :organization AND table_name = :table_name AND died IS NULL;

-- coverage_of_snapshot
SELECT coverage.dataset, coverage.scope, day, fetched_at, watermark, fingerprint, conversations,
       divisions, job
FROM coverage
WHERE organization = :organization
  AND born <= :snapshot AND (died IS NULL OR died > :snapshot)
ORDER BY dataset, scope, day;

-- changes_of_snapshot
-- When what a snapshot holds of each day was last written, be it the same in another file.
SELECT snapshots.dataset, file_days.day, max(snapshots.published_at) AS changed_at
FROM files JOIN file_days USING (file) JOIN snapshots ON snapshots.snapshot = files.born
WHERE files.organization = :organization
  AND born <= :snapshot AND (died IS NULL OR died > :snapshot)
GROUP BY snapshots.dataset, file_days.day;

-- newest_fetch
SELECT fetched_at, fingerprint FROM coverage
WHERE organization = :organization AND dataset = :dataset
ORDER BY born DESC, fetched_at DESC LIMIT 1;

-- paths
SELECT path FROM files;
