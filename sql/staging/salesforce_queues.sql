-- One row per queue of the CRM
-- key: user_id
-- feeds: staging.users
select
    Id as user_id,
    coalesce(nullif(trim(Name), ''), DeveloperName) as user_name,
    Email as email,
    true as is_queue,
    CreatedDate as created_at,
from raw.group
where lower(Type) = 'queue'
