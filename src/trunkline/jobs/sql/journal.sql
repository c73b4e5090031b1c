-- add_request
INSERT INTO requests
    (run, at, method, path, status, failure, attempt, waited_ms, duration_ms, received,
     correlation_id, organization)
VALUES
    (:run, :at, :method, :path, :status, :failure, :attempt, :waited_ms, :duration_ms, :received,
     :correlation_id, :organization);

-- requests
SELECT run, at, method, path, status, failure, attempt, waited_ms, duration_ms, received,
       correlation_id, organization
FROM requests
WHERE :user IS NULL OR run IN (SELECT run FROM runs WHERE user_name = :user)
ORDER BY request;

-- drop_requests
DELETE FROM requests WHERE at < :oldest;

-- drop_runs
DELETE FROM runs WHERE started_at < :oldest;

-- start_run
INSERT INTO runs
    (run, kind, started_at, statement, user_name, role, door, application, numbers)
VALUES
    (:run, :kind, :started_at, :statement, :user_name, :role, :door, :application, :numbers);

-- finish_run
UPDATE runs SET
    finished_at = :finished_at, requests = :requests, outcome = :outcome,
    exit_status = :exit_status, snapshot = :snapshot, certificate = :certificate
WHERE run = :run;

-- spoil_run
UPDATE runs SET outcome = :outcome, exit_status = :exit_status WHERE run = :run;

-- answer_run
UPDATE runs SET rows = :rows WHERE run = :run;

-- numbers_of
SELECT coalesce(sum(numbers), 0) AS numbers FROM runs
WHERE user_name = :user AND started_at >= :since;

-- runs
SELECT run, kind, started_at, finished_at, statement, requests, outcome, exit_status, snapshot,
       user_name, role, door, application, rows, numbers
FROM runs WHERE :user IS NULL OR user_name = :user ORDER BY started_at, run;
