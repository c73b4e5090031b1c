-- The skills in use.
SELECT skill_id, name FROM skills WHERE deleted_at IS NULL ORDER BY name;

-- How many there are by state.
SELECT state, count(*) AS skills FROM skills GROUP BY state;
