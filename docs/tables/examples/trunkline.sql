-- What is held, by month.
SELECT date_trunc('month', day) AS month, count(*) AS days, sum(conversations) AS conversations
FROM trunkline.coverage
GROUP BY month
ORDER BY month;

-- Jobs by state; `possibly_repeated` counts submits whose outcome was never learned.
SELECT state, count(*) AS jobs, sum(pages) AS pages, sum(possibly_repeated) AS possibly_repeated
FROM trunkline.jobs
GROUP BY state;

-- Every column that may hold personal data, and of what kind.
SELECT table_name, column_name, personal_data
FROM trunkline.tables
WHERE personal_data <> 'none'
ORDER BY ALL;

-- What was asked of the provider, by endpoint; `{jobId}` stands for any job.
SELECT method, path, count(*) AS requests, sum(bytes) AS bytes, max(duration_ms) AS slowest_ms,
       count(*) FILTER (WHERE attempt > 1) AS repeated
FROM trunkline.requests
GROUP BY method, path
ORDER BY requests DESC;

-- Who asked what, and how it ended.
SELECT started_at, kind, requests, outcome, snapshot, statement
FROM trunkline.runs
ORDER BY started_at DESC
LIMIT 20;

-- Whether the vendor has added something that no table has yet.
SELECT count(*) AS names, coalesce(sum(occurrences), 0) AS occurrences, max(last_day) AS last_day
FROM trunkline.unknown_fields
WHERE kind IN ('attribute', 'metric');
