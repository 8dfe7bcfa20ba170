-- One row per account that a contact belongs to beside its own one, deleted rows included
-- key: contact_account_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as contact_account_id,
    cast(null as varchar) as contact_id,
    cast(null as varchar) as account_id,
    cast(null as varchar) as roles,
    cast(null as boolean) as is_active,
    cast(null as date) as start_on,
    cast(null as date) as end_on,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
where false
