-- What the organisation made of each presence of the system.
SELECT system_presence, name, deactivated
FROM presence_definitions
ORDER BY system_presence, type, name;

-- How many of its own there are.
SELECT type, count(*) AS definitions FROM presence_definitions GROUP BY type;
