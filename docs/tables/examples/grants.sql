-- Which roles the clients of the API have, and where.
SELECT r.name AS role, d.name AS division
FROM grants g
JOIN roles r USING (role_id)
LEFT JOIN divisions d USING (division_id)
WHERE g.subject_type = 'PC_OAUTH_CLIENT' AND g.deleted_at IS NULL
ORDER BY role, division;

-- Users by role and division.
SELECT r.name AS role, d.name AS division, count(*) AS users
FROM grants g
JOIN roles r USING (role_id)
JOIN divisions d USING (division_id)
WHERE g.subject_type = 'PC_USER' AND g.deleted_at IS NULL
GROUP BY ALL
ORDER BY users DESC;
