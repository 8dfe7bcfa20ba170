-- One row per account record of the CRM, deleted ones included
-- key: account_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as parent_id,
    cast(null as varchar) as merged_into_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as created_by_id,
    cast(null as varchar) as record_type_id,
    cast(null as varchar) as account_name,
    cast(null as varchar) as website,
    cast(null as varchar) as phone,
    cast(null as varchar) as country,
    cast(null as varchar) as state,
    cast(null as varchar) as city,
    cast(null as varchar) as industry,
    cast(null as bigint) as employees,
    cast(null as decimal(18, 2)) as annual_revenue,
    cast(null as varchar) as currency,
    cast(null as varchar) as account_type,
    cast(null as varchar) as account_source,
    cast(null as boolean) as is_person_account,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as modified_at,
where false
