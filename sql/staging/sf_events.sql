-- One row per calendar event of the replicated CRM, deleted ones included
-- key: event_id
-- feeds: staging.events
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as event_id,
    replica.who_id,
    replica.what_id,
    replica.owner_id,
    replica.subject,
    replica.type as event_type,
    replica.duration_in_minutes as duration_minutes,
    coalesce(replica.is_child, false) as is_child,
    coalesce(replica.is_recurrence, false) as is_series,
    coalesce(replica.is_all_day_event, false) as is_all_day,
    cast(replica.activity_date as date) as activity_on,
    coalesce(replica.start_date_time, replica.activity_date_time) as start_at,
    replica.end_date_time as end_at,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
from raw.sf_event as replica
cross join config.as_of as setting
anti join raw.event as own on replica.id = own.Id
