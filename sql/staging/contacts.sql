-- One row per contact record of the CRM, deleted ones included
-- key: contact_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as contact_id,
    cast(null as varchar) as account_id,
    cast(null as varchar) as merged_into_id,
    cast(null as varchar) as owner_id,
    cast(null as varchar) as created_by_id,
    cast(null as varchar) as full_name,
    cast(null as varchar) as first_name,
    cast(null as varchar) as last_name,
    cast(null as varchar) as title,
    cast(null as varchar) as department,
    cast(null as varchar) as email,
    cast(null as varchar) as email_normal,
    cast(null as varchar) as email_domain,
    cast(null as varchar) as phone,
    cast(null as varchar) as country,
    cast(null as varchar) as state,
    cast(null as varchar) as lead_source,
    cast(null as boolean) as has_opted_out_of_email,
    cast(null as boolean) as do_not_call,
    cast(null as boolean) as is_bounced,
    cast(null as timestamp) as bounced_at,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as modified_at,
where false
