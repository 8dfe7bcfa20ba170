-- One row per task of the CRM, deleted ones included
-- key: task_id
-- feeds: staging.tasks
select
    Id as task_id,
    WhoId as who_id,
    WhatId as what_id,
    OwnerId as owner_id,
    Subject as subject,
    Status as status,
    Type as task_type,
    TaskSubtype as task_subtype,
    CallType as call_type,
    IsClosed as is_closed,
    coalesce(IsRecurrence, false) as is_series,
    ActivityDate as activity_on,
    CompletedDateTime as completed_at,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
    SystemModstamp as modified_at,
from raw.task
