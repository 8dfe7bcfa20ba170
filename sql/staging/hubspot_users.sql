-- One row per owner of HubSpot records
-- key: user_id
-- feeds: staging.users
select
    'hubspot-owner-' || owner_id as user_id,
    nullif(trim(concat_ws(' ', first_name, last_name)), '') as user_name,
    email,
    coalesce(is_active, case when active_user_id is not null then true end) as is_active,
    upper(type) = 'QUEUE' as is_queue,
    created_at,
from raw.hubspot_owner
