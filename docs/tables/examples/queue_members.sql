-- How many agents each queue has.
SELECT q.name, count(*) AS members
FROM queue_members m
JOIN queues q USING (queue_id)
WHERE m.deleted_at IS NULL
GROUP BY q.name
ORDER BY members DESC;

-- Agents who are in more queues than one.
SELECT u.name, count(*) AS queues
FROM queue_members m
JOIN users u USING (user_id)
WHERE m.joined AND m.deleted_at IS NULL
GROUP BY u.name
HAVING count(*) > 1
ORDER BY queues DESC, u.name;
