-- How many records of each kind a day has, and how many of them had not ended when it was fetched.
SELECT kind, start_time::DATE AS day, count(*) AS records,
       count(*) FILTER (WHERE end_time IS NULL) AS open
FROM user_states
WHERE start_time >= '2025-03-03' AND start_time < '2025-03-10'
GROUP BY kind, day
ORDER BY kind, day;

-- Who was in which state at one instant. By its end, it needs what began up to `lookback` days
-- before, and what was open when those began.
SELECT user_id, kind, start_time
FROM user_states
WHERE start_time <= '2025-03-04 10:00:00Z' AND end_time > '2025-03-04 10:00:00Z'
ORDER BY user_id, kind;
