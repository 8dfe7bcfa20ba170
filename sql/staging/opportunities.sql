-- One row per opportunity record of the CRM, deleted ones included
-- key: opportunity_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as account_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as created_by_id,
    cast(null as varchar) as record_type_id,
    cast(null as varchar) as opportunity_name,
    cast(null as varchar) as stage,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    cast(null as double) as probability,
    cast(null as varchar) as opportunity_type,
    cast(null as varchar) as lead_source,
    cast(null as boolean) as is_closed,
    cast(null as boolean) as is_won,
    cast(null as date) as close_on,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as modified_at,
where false
