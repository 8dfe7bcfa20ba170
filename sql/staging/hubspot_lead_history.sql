-- One row per change of a HubSpot contact's status, and per conversion
-- key: lead_history_id
-- feeds: staging.lead_history
-- The first value that a property ever had is no change.
with

changes as (
    select
        contact_id,
        changed_at,
        status,
        lag(status) over (partition by contact_id order by changed_at) as old_status,
    from staging.hubspot_contact_stages
)

select
    'hubspot-change-' || changes.contact_id || '-' || cast(changes.changed_at as varchar) as lead_history_id,
    people.record_id as lead_id,
    'status' as field,
    changes.old_status as old_value,
    changes.status as new_value,
    changes.changed_at,
from changes
inner join staging.hubspot_people as people on changes.contact_id = people.contact_id
where people.is_lead
    and changes.old_status is not null
    and changes.status <> changes.old_status
union all
select
    'hubspot-conversion-' || contact_id,
    record_id,
    'leadconverted',
    null,
    null,
    converted_at,
from staging.hubspot_people
where is_lead
    and is_contact
    and converted_at is not null
