-- One row per task of the replicated CRM, deleted ones included
-- key: task_id
-- feeds: staging.tasks
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as task_id,
    replica.who_id,
    replica.what_id,
    replica.owner_id,
    replica.subject,
    replica.status,
    replica.type as task_type,
    replica.task_subtype,
    replica.call_type,
    replica.is_closed,
    coalesce(replica.is_recurrence, false) as is_series,
    cast(replica.activity_date as date) as activity_on,
    replica.completed_date_time as completed_at,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
from raw.sf_task as replica
cross join config.as_of as setting
anti join raw.task as own on replica.id = own.Id
