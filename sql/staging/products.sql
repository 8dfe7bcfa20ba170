-- One row per product of the CRM
-- key: product_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as product_id,
    cast(null as varchar) as product_name,
    cast(null as varchar) as product_code,
    cast(null as varchar) as product_family,
    cast(null as boolean) as is_active,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
where false
