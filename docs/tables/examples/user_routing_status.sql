-- How long each user was idle on queue, and how long interacting, of what began on a day.
SELECT user_id,
       sum(date_diff('millisecond', start_time, end_time))
         FILTER (WHERE routing_status = 'IDLE') // 60000        AS idle_minutes,
       sum(date_diff('millisecond', start_time, end_time))
         FILTER (WHERE routing_status = 'INTERACTING') // 60000 AS interacting_minutes
FROM user_routing_status
WHERE start_time >= '2025-03-04' AND start_time < '2025-03-05'
GROUP BY user_id
ORDER BY user_id;

-- Alerts that were not answered: each makes the user not responding.
SELECT start_time::DATE AS day, count(*) AS not_responding
FROM user_routing_status
WHERE start_time >= '2025-03-03' AND start_time < '2025-03-10'
  AND routing_status = 'NOT_RESPONDING'
GROUP BY day
ORDER BY day;
