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
