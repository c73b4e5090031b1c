-- Roles, and in how many divisions each is granted to somebody.
SELECT r.name, count(DISTINCT g.subject_id) AS subjects, count(DISTINCT g.division_id) AS divisions
FROM roles r
LEFT JOIN grants g ON g.role_id = r.role_id AND g.deleted_at IS NULL
GROUP BY r.name
ORDER BY subjects DESC;

-- Roles that every user has.
SELECT name FROM roles WHERE is_default;
