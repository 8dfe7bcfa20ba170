-- One row per user of the replicated CRM
-- key: user_id
-- feeds: staging.users
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as user_id,
    coalesce(
        nullif(trim(replica.name), ''), nullif(trim(concat_ws(' ', replica.first_name, replica.last_name)), '')
    ) as user_name,
    replica.email,
    replica.is_active,
    coalesce(replica.created_date, setting.as_of) as created_at,
from raw.sf_user as replica
cross join config.as_of as setting
anti join raw.user as own on replica.id = own.Id
