-- One row per recorded state of an opportunity: stage, amount and close date as they stood from then on
-- key: opportunity_history_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as opportunity_history_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as stage,
    cast(null as decimal(18, 2)) as amount,
    cast(null as double) as probability,
    cast(null as date) as close_on,
    cast(null as timestamp) as changed_at,
where false
