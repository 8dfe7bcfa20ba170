-- One row per user or queue of the CRM
-- key: user_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_name,
    cast(null as varchar) as email,
    cast(null as boolean) as is_active,
    cast(null as boolean) as is_queue,
    cast(null as timestamp) as created_at,
where false
