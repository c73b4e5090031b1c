-- Teams with their division.
SELECT t.name, d.name AS division, t.member_count
FROM teams t
LEFT JOIN divisions d USING (division_id)
WHERE t.deleted_at IS NULL
ORDER BY t.name;

-- Agents by division, as far as they are in teams.
SELECT d.name, sum(t.member_count) AS agents
FROM teams t
JOIN divisions d USING (division_id)
GROUP BY d.name;
