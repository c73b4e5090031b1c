-- Whose data it is.
SELECT name, short_name, default_country_code FROM organization;

-- When that was asked last.
SELECT refreshed_at FROM organization;
