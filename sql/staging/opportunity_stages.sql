-- One row per opportunity stage that the CRM knows
-- key: opportunity_stage_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as opportunity_stage_id,
    cast(null as varchar) as stage,
    cast(null as varchar) as stage_label,
    cast(null as bigint) as stage_order,
    cast(null as double) as probability,
    cast(null as boolean) as is_closed,
    cast(null as boolean) as is_won,
where false
