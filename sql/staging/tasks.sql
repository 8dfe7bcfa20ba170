-- One row per task of the CRM, deleted ones included
-- key: task_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as task_id,
    cast(null as varchar) as who_id,
    cast(null as varchar) as what_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as subject,
    cast(null as varchar) as status,
    cast(null as varchar) as task_type,
    cast(null as varchar) as task_subtype,
    cast(null as varchar) as call_type,
    cast(null as boolean) as is_closed,
    cast(null as boolean) as is_series,
    cast(null as date) as activity_on,
    cast(null as timestamp) as completed_at,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as modified_at,
where false
