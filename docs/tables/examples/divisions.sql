-- The divisions.
SELECT division_id, name, home_division FROM divisions ORDER BY name;

-- How many queues each has.
SELECT d.name, count(q.queue_id) AS queues
FROM divisions d
LEFT JOIN queues q ON q.division_id = d.division_id AND q.deleted_at IS NULL
GROUP BY d.name
ORDER BY queues DESC;
