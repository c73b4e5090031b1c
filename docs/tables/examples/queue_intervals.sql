-- Service level of each queue in a month: sums of numerators and denominators, never an average.
SELECT queue_id,
       sum(offered) AS offered,
       sum(answered) AS answered,
       round(100.0 * sum(service_level_numerator) / nullif(sum(service_level_denominator), 0), 1)
           AS service_level
FROM queue_intervals
WHERE interval_start >= '2025-03-01' AND interval_start < '2025-04-01'
GROUP BY queue_id
ORDER BY offered DESC;

-- The busiest quarters of an hour of the day, over all queues.
SELECT strftime(interval_start, '%H:%M') AS quarter, sum(offered) AS offered, sum(abandoned) AS abandoned
FROM queue_intervals
WHERE interval_start >= '2025-03-01' AND interval_start < '2025-04-01'
GROUP BY quarter
ORDER BY offered DESC
LIMIT 5;

-- Average speed of answer in seconds: the sum of all waits by the number of answers.
SELECT media_type, round(sum(t_answered_ms) / 1000.0 / sum(t_answered_count), 1) AS seconds
FROM queue_intervals
WHERE interval_start >= '2025-03-01' AND interval_start < '2025-04-01'
GROUP BY media_type
HAVING sum(t_answered_count) > 0
ORDER BY media_type;
