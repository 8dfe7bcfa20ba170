-- One row per thing that happened to a marketing mail
-- key: email_event_id
-- feeds: staging.email_events
select
    email_event_id,
    message_id,
    campaign_id,
    email_normal(email) as email_normal,
    lower(trim(event_type)) as event_type,
    link,
    occurred_at,
from raw.email_event
