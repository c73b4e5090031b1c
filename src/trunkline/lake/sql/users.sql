-- user
SELECT * FROM users WHERE name = :name;

-- users
SELECT * FROM users ORDER BY name;

-- add_user
INSERT INTO users (name, role, verifier, granted, revoked, fetch, limits, created_at, changed_at)
VALUES (:name, :role, :verifier, :granted, :revoked, :fetch, :limits, :now, :now)
ON CONFLICT (name) DO NOTHING;

-- change_user
UPDATE users SET
    role = :role, verifier = :verifier, granted = :granted, revoked = :revoked, fetch = :fetch,
    limits = :limits, changed_at = :now
WHERE name = :name;

-- remove_user
DELETE FROM users WHERE name = :name;

-- drop_refused
DELETE FROM refused_logins WHERE last_at < :oldest;

-- count_refused
UPDATE refused_logins SET attempts = attempts + :attempts, last_at = :last_at
WHERE hour = :hour AND user_name = :user AND door = :door AND network = :network
  AND reason = :reason;

-- add_refused
INSERT INTO refused_logins
    (hour, user_name, door, network, reason, first_at, last_at, attempts)
SELECT :hour, :user, :door, :network, :reason, :first_at, :last_at, :attempts
WHERE (SELECT count(*) FROM refused_logins) < :most;

-- refused
SELECT * FROM refused_logins ORDER BY first_at, user_name;
