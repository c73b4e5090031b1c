-- Users by how many of their queues they are active in now.
SELECT user_id,
       max(observed) FILTER (metric = 'oActiveQueues') AS active_in,
       max(observed) FILTER (metric = 'oMemberQueues') AS member_of
FROM user_observations
GROUP BY user_id
ORDER BY active_in, user_id
LIMIT 10;

-- How many users are active in how many queues.
SELECT observed AS queues, count(*) AS users
FROM user_observations
WHERE metric = 'oActiveQueues'
GROUP BY queues
ORDER BY queues;
