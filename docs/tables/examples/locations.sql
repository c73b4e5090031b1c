-- Where the organisation works.
SELECT name, city, country FROM locations WHERE deleted_at IS NULL ORDER BY country, city;

-- Locations by country.
SELECT country, count(*) AS locations FROM locations GROUP BY country ORDER BY locations DESC;
