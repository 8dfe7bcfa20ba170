-- One row per HubSpot meeting and contact it is with, but for those that were cancelled or missed
-- key: event_id
-- feeds: staging.events
select
    activity_id as event_id,
    who_id,
    what_id,
    owner_id,
    subject,
    'Meeting' as event_type,
    false as is_child,
    false as is_series,
    false as is_all_day,
    cast(happened_at as date) as activity_on,
    happened_at as start_at,
    end_at,
    is_deleted,
    created_at,
    modified_at,
from staging.hubspot_activities
where type = 'MEETING'
    and coalesce(status, '') not in ('CANCELED', 'CANCELLED', 'NO_SHOW', 'NO SHOW', 'RESCHEDULED')
