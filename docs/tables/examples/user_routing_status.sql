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

-- How often each status began, day by day; NOT_RESPONDING is an alert that was not answered.
SELECT start_time::DATE AS day, routing_status, count(*) AS times
FROM user_routing_status
WHERE start_time >= '2025-03-03' AND start_time < '2025-03-10'
GROUP BY day, routing_status
ORDER BY day, routing_status;
