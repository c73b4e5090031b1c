-- one
SELECT 1;

-- two
-- Why.
SELECT 2;
