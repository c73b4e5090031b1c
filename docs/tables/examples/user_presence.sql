-- Hours in each presence, of what began in a week; a record that goes on beyond it counts whole.
SELECT system_presence,
       sum(date_diff('millisecond', start_time, end_time)) // 3600000 AS hours
FROM user_presence
WHERE start_time >= '2025-03-03' AND start_time < '2025-03-10'
GROUP BY system_presence
ORDER BY hours DESC;

-- In which presence agents were when the conversations they took part in began. Each table has
-- bounds of its own.
SELECT p.system_presence, count(*) AS participations
FROM participants a
JOIN user_presence p
  ON p.user_id = a.user_id
 AND p.start_time <= a.conversation_start AND p.end_time > a.conversation_start
WHERE a.conversation_start >= '2025-03-04' AND a.conversation_start < '2025-03-05'
  AND p.start_time >= '2025-03-01' AND p.start_time < '2025-03-05'
GROUP BY p.system_presence
ORDER BY participations DESC;
