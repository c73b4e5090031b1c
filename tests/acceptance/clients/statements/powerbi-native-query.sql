select *
from
(
    select * from conversations
) "_"
limit 0
