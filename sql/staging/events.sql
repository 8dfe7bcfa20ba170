-- One row per calendar event of the CRM, deleted ones included
-- key: event_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as event_id,
    cast(null as varchar) as who_id,
    cast(null as varchar) as what_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as subject,
    cast(null as varchar) as event_type,
    cast(null as bigint) as duration_minutes,
    cast(null as boolean) as is_child,
    cast(null as boolean) as is_series,
    cast(null as boolean) as is_all_day,
    cast(null as date) as activity_on,
    cast(null as timestamp) as start_at,
    cast(null as timestamp) as end_at,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as modified_at,
where false
