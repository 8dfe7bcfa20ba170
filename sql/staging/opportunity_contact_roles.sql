-- One row per contact who takes part in an opportunity, deleted roles included
-- key: opportunity_contact_role_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as opportunity_contact_role_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as contact_id,
    cast(null as varchar) as contact_role,
    cast(null as boolean) as is_primary,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
where false
