-- Users who are members of queues and active in none of them now.
SELECT user_id, max(observed) FILTER (metric = 'oMemberQueues') AS member_of
FROM user_observations
GROUP BY user_id
HAVING member_of > 0 AND max(observed) FILTER (metric = 'oActiveQueues') = 0
ORDER BY member_of DESC, user_id;

-- How many users are active in how many queues.
SELECT observed AS queues, count(*) AS users
FROM user_observations
WHERE metric = 'oActiveQueues'
GROUP BY queues
ORDER BY queues;
