-- The largest groups.
SELECT name, member_count FROM groups WHERE deleted_at IS NULL ORDER BY member_count DESC;

-- Groups by who may see them.
SELECT type, visibility, count(*) AS groups FROM groups GROUP BY ALL;
