-- Attributes that are set, and on how many participants. Every name is kept; a value is NULL unless
-- its name is listed.
SELECT name, count(*) AS participants
FROM participant_attributes
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY name
ORDER BY participants DESC;

-- Conversations whose customer was identified, by direction.
SELECT originating_direction,
       count(*)                                     AS conversations,
       count(*) FILTER (WHERE a.name IS NOT NULL)   AS identified
FROM conversations c
LEFT JOIN participant_attributes a
    ON a.conversation_id = c.conversation_id AND a.name = 'AccountNumber'
   AND a.conversation_start >= '2025-03-01' AND a.conversation_start < '2025-04-01'
WHERE c.conversation_start >= '2025-03-01' AND c.conversation_start < '2025-04-01'
GROUP BY originating_direction
ORDER BY conversations DESC;
