-- One row per calendar event of the CRM, deleted ones included
-- key: event_id
-- feeds: staging.events
select
    Id as event_id,
    WhoId as who_id,
    WhatId as what_id,
    OwnerId as owner_id,
    Subject as subject,
    Type as event_type,
    DurationInMinutes as duration_minutes,
    coalesce(IsChild, false) as is_child,
    coalesce(IsRecurrence, false) as is_series,
    coalesce(IsAllDayEvent, false) as is_all_day,
    ActivityDate as activity_on,
    coalesce(StartDateTime, ActivityDateTime) as start_at,
    EndDateTime as end_at,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
    SystemModstamp as modified_at,
from raw.event
