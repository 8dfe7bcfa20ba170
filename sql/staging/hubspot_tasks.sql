-- One row per HubSpot call, e-mail or task and contact it is about
-- key: task_id
-- feeds: staging.tasks
-- A call or an e-mail that is logged took place, unless its status says that it did not go out.
select
    activity_id as task_id,
    who_id,
    what_id,
    owner_id,
    subject,
    status,
    case type when 'CALL' then 'Call' when 'EMAIL' then 'Email' when 'INCOMING_EMAIL' then 'Email' else type end
        as task_type,
    case when is_inbound then 'Inbound' else 'Outbound' end as call_type,
    case
        when type = 'TASK' then coalesce(status = 'COMPLETED', done_at is not null)
        else coalesce(status, '') not in ('SCHEDULED', 'FAILED', 'BOUNCED', 'QUEUED', 'CANCELED', 'CANCELLED')
    end as is_closed,
    false as is_series,
    cast(happened_at as date) as activity_on,
    done_at as completed_at,
    is_deleted,
    created_at,
    modified_at,
from staging.hubspot_activities
where type <> 'MEETING'
