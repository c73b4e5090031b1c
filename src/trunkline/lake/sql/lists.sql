-- lists_of_snapshot
SELECT * FROM lists
WHERE organization = :organization
  AND born <= :snapshot AND (died IS NULL OR died > :snapshot)
ORDER BY dataset;

-- end_list
UPDATE lists SET died = :snapshot
WHERE organization = :organization AND dataset = :dataset AND died IS NULL;

-- add_list
INSERT INTO lists
    (organization, dataset, refreshed_at, fingerprint, seen_by, since, divisions, requests, rows,
     deleted, quarantined, unknown, job, born)
VALUES
    (:organization, :dataset, :refreshed_at, :fingerprint, :seen_by, :since, :divisions, :requests,
     :rows, :deleted, :quarantined, :unknown, :job, :snapshot);
