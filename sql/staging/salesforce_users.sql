-- One row per user of the CRM
-- key: user_id
-- feeds: staging.users
select
    Id as user_id,
    coalesce(
        nullif(trim(Name), ''), nullif(trim(coalesce(FirstName, '') || ' ' || coalesce(LastName, '')), '')
    ) as user_name,
    Email as email,
    IsActive as is_active,
    CreatedDate as created_at,
from raw.user
