-- One row per HubSpot contact and moment at which its lifecycle stage or lead status changed
-- key: contact_id, changed_at
-- UNQUALIFIED and BAD_TIMING are what sales says of a lead, and stand above the lifecycle stage while they last.
with

changes as (
    select
        contact_id,
        timestamp as changed_at,
        max(case when name = 'lifecyclestage' then value end) as lifecycle_stage,
        max(case when name = 'hs_lead_status' then value end) as lead_status,
    from raw.hubspot_contact_property_history
    where name in ('lifecyclestage', 'hs_lead_status')
    group by contact_id, timestamp
),

carried as (
    select
        contact_id,
        changed_at,
        max(
            case when lifecycle_stage is not null
            then struct_pack(changed_at := changed_at, value := lifecycle_stage) end
        ) over so_far as lifecycle,
        max(
            case when lead_status is not null then struct_pack(changed_at := changed_at, value := lead_status) end
        ) over so_far as work,
    from changes
    window so_far as (partition by contact_id order by changed_at rows between unbounded preceding and current row)
)

select
    contact_id,
    changed_at,
    lower(lifecycle.value) as lifecycle_stage,
    case
        when upper(work.value) in ('UNQUALIFIED', 'BAD_TIMING') then work.value
        else coalesce(lifecycle.value, work.value)
    end as status,
from carried
