-- The languages in use.
SELECT language_id, name FROM languages WHERE deleted_at IS NULL ORDER BY name;

-- How many there are by state.
SELECT state, count(*) AS languages FROM languages GROUP BY state;
