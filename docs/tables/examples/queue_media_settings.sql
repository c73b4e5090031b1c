-- What each queue promises its callers.
SELECT q.name, m.service_level_percentage, m.service_level_ms / 1000 AS seconds
FROM queue_media_settings m
JOIN queues q USING (queue_id)
WHERE m.media_type = 'call' AND q.deleted_at IS NULL
ORDER BY q.name;

-- How many different promises there are by media type.
SELECT media_type, count(DISTINCT (service_level_percentage, service_level_ms)) AS promises
FROM queue_media_settings
GROUP BY media_type
ORDER BY media_type;
