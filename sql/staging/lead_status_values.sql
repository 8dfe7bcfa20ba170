-- One row per status that leads of the CRM may have
-- key: lead_status_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as lead_status_id,
    cast(null as varchar) as status,
    cast(null as varchar) as status_label,
    cast(null as bigint) as status_order,
    cast(null as boolean) as is_default,
    cast(null as boolean) as is_converted,
where false
