-- One row per HubSpot contact and stretch between two changes of its lifecycle stage or lead status, with its status
-- key: contact_id, stretch_number
-- UNQUALIFIED and BAD_TIMING are what sales says of a lead, and stand above the lifecycle stage while they last. What
-- never changed is as it is today; a lead status of which nothing is told yet had not been given.
with

past as (
    select record_id as contact_id, column_name, value, is_known, from_at, observed_at, known_by
    from raw_history.hubspot_contact
    where column_name in ('property_lifecyclestage', 'property_hs_lead_status')
),

today as (
    select id as contact_id, 'property_lifecyclestage' as column_name, property_lifecyclestage as value
    from raw.hubspot_contact
    union all
    select id, 'property_hs_lead_status', property_hs_lead_status from raw.hubspot_contact
),

entries as (
    select *, coalesce(from_at, timestamp '0001-01-01') as begun_at from past
    union all
    select
        today.contact_id, today.column_name, today.value, true, cast(null as timestamp), cast(null as timestamp), null,
        timestamp '0001-01-01',
    from today
    semi join past on today.contact_id = past.contact_id
    anti join past as own on today.contact_id = own.contact_id and today.column_name = own.column_name
),

moments as (
    select
        contact_id, begun_at,
        max(from_at) as from_at,
        min(observed_at) as observed_at,
        min(known_by) as known_by,
        max(case when column_name = 'property_lifecyclestage'
            then struct_pack(begun_at := begun_at, is_known := is_known, value := value) end) as lifecycle,
        max(case when column_name = 'property_hs_lead_status'
            then struct_pack(begun_at := begun_at, is_known := is_known, value := value) end) as work,
    from entries
    group by contact_id, begun_at
),

carried as (
    select
        contact_id, begun_at, from_at, observed_at, known_by,
        max(lifecycle) over so_far as lifecycle,
        max(work) over so_far as work,
    from moments
    window so_far as (partition by contact_id order by begun_at rows between unbounded preceding and current row)
)

select
    contact_id,
    'property_lifecyclestage' as column_name,
    row_number() over in_time as stretch_number,
    case
        when upper(work.value) in ('UNQUALIFIED', 'BAD_TIMING') then work.value
        else coalesce(lifecycle.value, work.value)
    end as value,
    coalesce(lifecycle.is_known and (work.is_known or work is null), false) as is_known,
    from_at,
    lead(from_at) over in_time as until_at,
    coalesce(observed_at, from_at) as observed_at,
    coalesce(known_by, 'history') as known_by,
from carried
window in_time as (partition by contact_id order by begun_at)
