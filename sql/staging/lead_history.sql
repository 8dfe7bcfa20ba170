-- One row per recorded change of a lead
-- key: lead_history_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as lead_history_id,
    cast(null as varchar) as lead_id,
    cast(null as varchar) as field,
    cast(null as varchar) as old_value,
    cast(null as varchar) as new_value,
    cast(null as timestamp) as changed_at,
where false
