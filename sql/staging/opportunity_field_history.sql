-- One row per recorded change of a field of an opportunity
-- key: opportunity_field_history_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as opportunity_field_history_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as field,
    cast(null as varchar) as old_value,
    cast(null as varchar) as new_value,
    cast(null as timestamp) as changed_at,
where false
