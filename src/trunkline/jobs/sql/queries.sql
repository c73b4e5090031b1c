-- add_job
INSERT INTO jobs
VALUES (:key, :organization, :dataset, :interval_start, :interval_end, :days, :fingerprint, :state,
        :remote_id, :cursor, :pages, :attempt, :submits, :possibly_repeated, :watermark,
        :submitted_at, :error, :parent, :scope, :now, :now);

-- record
-- One step of a job. What it was is part of the condition: a step is taken from where the job was
-- read, or not at all. Every step changes one of the four.
UPDATE jobs SET
    state = :state, remote_id = :remote_id, cursor = :cursor, pages = :pages, attempt = :attempt,
    submits = :submits, possibly_repeated = :possibly_repeated, watermark = :watermark,
    submitted_at = :submitted_at, error = :error, updated_at = :now
WHERE key = :key AND state = :state_before AND attempt = :attempt_before
  AND submits = :submits_before AND pages = :pages_before
RETURNING *;

-- add_page
INSERT INTO pages VALUES
    (:job, :page, :receipt, :conversations, :ignored, :quarantined, :unknown, :rows,
     :fractions);

-- drop_pages
DELETE FROM pages WHERE job = :job;

-- pages_of
SELECT * FROM pages WHERE job = :job ORDER BY page;

-- job
SELECT * FROM jobs WHERE key = :key;

-- jobs
SELECT * FROM jobs WHERE organization = :organization ORDER BY created_at, interval_start;

-- unfinished
SELECT * FROM jobs
WHERE organization = :organization
  AND state IN ('planned', 'submitting', 'running', 'ready', 'downloaded')
ORDER BY interval_start;

-- receipts_of_unfinished
SELECT receipt FROM pages JOIN jobs ON pages.job = jobs.key
WHERE state IN ('planned', 'submitting', 'running', 'ready', 'downloaded');

-- unknown_by_job
-- What the pages of each job held that no declaration has, by name.
SELECT job,
       json_extract(counted.value, '$[0]') AS name,
       sum(json_extract(counted.value, '$[1]')) AS occurrences,
       count(*) AS pages
FROM pages, json_each(pages.unknown) AS counted
GROUP BY job, name ORDER BY job, name;

-- ask_cancel
INSERT OR IGNORE INTO cancellations VALUES (:job);

-- cancel_asked
SELECT 1 FROM cancellations WHERE job = :job;

-- cancel_heard
DELETE FROM cancellations WHERE job = :job;
