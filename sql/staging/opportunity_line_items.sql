-- One row per product line of an opportunity
-- key: opportunity_line_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as opportunity_line_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as product_id,
    cast(null as varchar) as line_name,
    cast(null as varchar) as product_code,
    cast(null as double) as quantity,
    cast(null as decimal(18, 2)) as amount,
    cast(null as varchar) as currency,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
where false
