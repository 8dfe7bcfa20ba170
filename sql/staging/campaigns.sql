-- One row per campaign of the CRM, deleted ones included
-- key: campaign_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as parent_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as campaign_name,
    cast(null as varchar) as campaign_type,
    cast(null as varchar) as status,
    cast(null as decimal(18, 2)) as budgeted_cost,
    cast(null as decimal(18, 2)) as actual_cost,
    cast(null as varchar) as currency,
    cast(null as date) as start_on,
    cast(null as date) as end_on,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
where false
