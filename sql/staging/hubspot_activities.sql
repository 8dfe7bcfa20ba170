-- One row per HubSpot engagement and contact it is about, of the types that reach somebody or are work to be done
-- key: activity_id
-- A note reaches nobody and stays in raw. Older schemas have times and owner in `engagement`, newer ones beside the type.
with

details as (
    select
        engagement_id, 'CALL' as type, property_hs_call_title as subject, property_hs_call_status as status,
        property_hs_call_direction as direction, property_hs_timestamp as happened_at,
        cast(null as timestamp) as end_at, property_hs_timestamp as done_at, property_hs_createdate as made_at,
        property_hs_lastmodifieddate as changed_at, property_hubspot_owner_id as owner_id, _fivetran_deleted,
        _fivetran_synced,
    from raw.hubspot_engagement_call
    union all
    select
        engagement_id, 'EMAIL', property_hs_email_subject, property_hs_email_status, property_hs_email_direction,
        property_hs_timestamp, null, property_hs_timestamp, property_hs_createdate, property_hs_lastmodifieddate,
        property_hubspot_owner_id, _fivetran_deleted, _fivetran_synced,
    from raw.hubspot_engagement_email
    union all
    select
        engagement_id, 'MEETING', coalesce(property_hs_meeting_title, title),
        coalesce(property_hs_meeting_outcome, meeting_outcome), null,
        coalesce(property_hs_meeting_start_time, start_time, property_hs_timestamp),
        coalesce(property_hs_meeting_end_time, end_time), null, property_hs_createdate, property_hs_lastmodifieddate,
        property_hubspot_owner_id, _fivetran_deleted, _fivetran_synced,
    from raw.hubspot_engagement_meeting
    union all
    select
        engagement_id, 'TASK', property_hs_task_subject, property_hs_task_status, null, property_hs_timestamp, null,
        property_hs_task_completion_date, property_hs_createdate, property_hs_lastmodifieddate,
        property_hubspot_owner_id, _fivetran_deleted, _fivetran_synced,
    from raw.hubspot_engagement_task
),

engagements as (
    select
        coalesce(details.engagement_id, listed.id) as engagement_id,
        upper(coalesce(details.type, listed.type)) as type,
        details.subject,
        upper(details.status) as status,
        coalesce(upper(details.direction), '') in ('INBOUND', 'INCOMING_EMAIL')
            or coalesce(upper(listed.type), '') = 'INCOMING_EMAIL' as is_inbound,
        coalesce(details.happened_at, listed.timestamp) as happened_at,
        details.end_at,
        case when details.type = 'TASK' then details.done_at else coalesce(details.done_at, listed.timestamp) end
            as done_at,
        coalesce(details.made_at, listed.created_at, details._fivetran_synced, listed._fivetran_synced) as created_at,
        coalesce(
            details.changed_at, listed.last_updated, details._fivetran_synced, listed._fivetran_synced
        ) as modified_at,
        coalesce(details.owner_id, listed.owner_id) as owner_id,
        coalesce(details._fivetran_deleted, not listed.active, false) as is_deleted,
    from details
    full outer join raw.hubspot_engagement as listed on details.engagement_id = listed.id
),

companies as (
    select engagement_id, min(company_id) as company_id from raw.hubspot_engagement_company group by engagement_id
),

deals as (
    select engagement_id, min(deal_id) as deal_id from raw.hubspot_engagement_deal group by engagement_id
)

select
    'hubspot-engagement-' || engagements.engagement_id || coalesce('-' || links.contact_id, '') as activity_id,
    engagements.* exclude (owner_id),
    'hubspot-owner-' || engagements.owner_id as owner_id,
    coalesce(people.record_id, 'hubspot-lead-' || links.contact_id) as who_id,
    coalesce('hubspot-deal-' || deals.deal_id, 'hubspot-company-' || companies.company_id) as what_id,
from engagements
left join raw.hubspot_engagement_contact as links on engagements.engagement_id = links.engagement_id
left join staging.hubspot_people as people on links.contact_id = people.contact_id
left join companies on engagements.engagement_id = companies.engagement_id
left join deals on engagements.engagement_id = deals.engagement_id
where engagements.type <> 'NOTE'
