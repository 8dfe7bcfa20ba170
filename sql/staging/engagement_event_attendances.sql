-- One row per registration for a webinar or event, and per person who came
-- key: source, interaction_id
-- feeds: staging.interactions
select
    'event_registration' as source,
    attendance_id as interaction_id,
    campaign_id,
    email_normal(email) as email_normal,
    'event' as channel,
    'event_registered' as kind,
    event_name as subject,
    cast(null as double) as minutes,
    registered_at as occurred_at,
from raw.event_attendance
union all
select
    'event_attendance',
    attendance_id,
    campaign_id,
    email_normal(email),
    'event',
    'event_attended',
    event_name,
    minutes,
    attended_at,
from raw.event_attendance
where attended_at is not null
