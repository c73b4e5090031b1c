SET DateStyle='ISO';
SET extra_float_digits=3;
select 1;
SELECT CAST('a' AS TEXT);
SELECT * FROM "local"."conversations" "conversations" LIMIT 0;
BEGIN;
COMMIT
