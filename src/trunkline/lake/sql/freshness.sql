-- open_records
SELECT dataset, record, start, scope, since, asked FROM open_records
WHERE organization = :organization ORDER BY dataset, start, record;

-- close_day
DELETE FROM open_records
WHERE organization = :organization AND dataset = :dataset AND substr(start, 1, 10) = :day;

-- close_record
DELETE FROM open_records
WHERE organization = :organization AND dataset = :dataset AND record = :record;

-- add_open
INSERT INTO open_records (organization, dataset, record, start, scope, since, asked)
VALUES (:organization, :dataset, :record, :start, :scope, :since, :asked)
ON CONFLICT DO UPDATE
SET start = excluded.start, scope = excluded.scope, since = excluded.since, asked = excluded.asked;

-- asked
UPDATE open_records SET asked = :asked
WHERE organization = :organization AND dataset = :dataset AND record = :record;

-- tails
SELECT dataset, day, start, until, asked_at, fingerprint, conversations, quarantined FROM tails
WHERE organization = :organization
  AND born <= :snapshot AND (died IS NULL OR died > :snapshot)
ORDER BY dataset, day;

-- end_tail
UPDATE tails SET died = :snapshot
WHERE organization = :organization AND dataset = :dataset AND day = :day AND died IS NULL;

-- add_tail
INSERT INTO tails (organization, dataset, day, start, until, asked_at, fingerprint, conversations,
                   quarantined, born)
VALUES (:organization, :dataset, :day, :start, :until, :asked_at, :fingerprint, :conversations,
        :quarantined, :snapshot);

-- told
SELECT dataset, watermark, told_at FROM watermarks WHERE organization = :organization;

-- tell
INSERT INTO watermarks (organization, dataset, watermark, told_at)
VALUES (:organization, :dataset, :watermark, :told_at)
ON CONFLICT DO UPDATE SET watermark = excluded.watermark, told_at = excluded.told_at;

-- counts
SELECT dataset, day, provider, held, asked_at FROM provider_counts
WHERE organization = :organization ORDER BY dataset, day;

-- count
INSERT INTO provider_counts (organization, dataset, day, provider, held, asked_at)
VALUES (:organization, :dataset, :day, :provider, :held, :asked_at)
ON CONFLICT DO UPDATE SET
    provider = excluded.provider, held = excluded.held, asked_at = excluded.asked_at;

-- uncount
DELETE FROM provider_counts
WHERE organization = :organization AND dataset = :dataset AND day = :day;
