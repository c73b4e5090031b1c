-- closed
SELECT dataset, month FROM closed WHERE organization = :organization;

-- close
INSERT OR IGNORE INTO closed (organization, dataset, month, snapshot)
VALUES (:organization, :dataset, :month, :snapshot);

-- pin
INSERT OR IGNORE INTO pins (organization, month, snapshot)
VALUES (:organization, :month, :snapshot);

-- unpin
DELETE FROM pins WHERE organization = :organization AND month = :month;

-- pins
SELECT month, snapshot FROM pins WHERE organization = :organization ORDER BY month, snapshot;

-- pinned_snapshots
SELECT DISTINCT snapshot FROM pins;

-- snapshots
SELECT snapshot, published_at FROM snapshots WHERE pruned = 0 ORDER BY snapshot;

-- oldest_kept
-- The oldest snapshot that can be read, at least as new as one.
SELECT min(snapshot) AS snapshot FROM snapshots WHERE pruned = 0 AND snapshot >= :snapshot;

-- is_pruned
SELECT pruned FROM snapshots WHERE snapshot = :snapshot;

-- unneeded_files
-- What no kept snapshot sees; there are few kept ones, so each file looks for one of its own.
SELECT file, path, bytes FROM files
WHERE died IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM json_each(:kept) WHERE value >= files.born AND value < files.died
);

-- unneeded_coverage
DELETE FROM coverage
WHERE died IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM json_each(:kept) WHERE value >= coverage.born AND value < coverage.died
);

-- unneeded_tails
DELETE FROM tails
WHERE died IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM json_each(:kept) WHERE value >= tails.born AND value < tails.died
);

-- unneeded_lists
DELETE FROM lists
WHERE died IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM json_each(:kept) WHERE value >= lists.born AND value < lists.died
);

-- prune_snapshots
-- Their rows stay: a job that was published must not be published again.
UPDATE snapshots SET pruned = 1
WHERE pruned = 0 AND snapshot NOT IN (SELECT value FROM json_each(:kept));

-- drop_days
DELETE FROM file_days WHERE file = :file;

-- drop_file
DELETE FROM files WHERE file = :file;
