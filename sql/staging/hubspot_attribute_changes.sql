-- One row per record of HubSpot, column and stretch of one value, of columns that ever changed
-- key: object, record_id, column_name, stretch_number
-- feeds: staging.attribute_changes
-- A contact is a lead and, from its conversion on, a contact: either has its past. Values are as staging has them: ids
-- bear the source, stages their labels, and a lead's status is that of hubspot_statuses.
with

-- The status takes the place of the lifecycle stage that it is made of.
of_leads as (
    select contact_id, column_name, stretch_number, value, is_known, from_at, until_at, observed_at, known_by
    from staging.hubspot_statuses
    union all
    select record_id, column_name, stretch_number, value, is_known, from_at, until_at, observed_at, known_by
    from raw_history.hubspot_contact
    where column_name <> 'property_lifecyclestage'
),

people as (
    select 'lead' as record_of, people.record_id, cast(null as timestamp) as converted_at, past.*
    from of_leads as past
    inner join staging.hubspot_people as people on past.contact_id = people.contact_id
    where people.is_lead
    union all
    select 'contact', 'hubspot-contact-' || people.contact_id, people.converted_at,
        past.record_id, past.column_name, past.stretch_number, past.value, past.is_known,
        past.from_at, past.until_at, past.observed_at, past.known_by,
    from raw_history.hubspot_contact as past
    inner join staging.hubspot_people as people on past.record_id = people.contact_id
    where people.is_contact
        and coalesce(past.until_at > people.converted_at, true)
),

past as (
    select
        'HubspotContact' as object, record_of, record_id, column_name, stretch_number,
        case column_name
            when 'property_hubspot_owner_id' then 'hubspot-owner-' || value
            when 'property_associatedcompanyid' then 'hubspot-company-' || value
            when 'property_numemployees' then cast(round_int(try_cast(value as double)) as varchar)
            else value
        end as value,
        is_known,
        case when from_at is null then null else greatest(from_at, converted_at) end as from_at,
        until_at, greatest(observed_at, converted_at) as observed_at, known_by,
    from people
    union all
    select
        'HubspotCompany', 'account', 'hubspot-company-' || record_id, column_name, stretch_number,
        case column_name
            when 'property_hubspot_owner_id' then 'hubspot-owner-' || value
            when 'property_hs_parent_company_id' then 'hubspot-company-' || value
            else value
        end,
        is_known, from_at, until_at, observed_at, known_by,
    from raw_history.hubspot_company
    union all
    select
        'HubspotDeal', 'opportunity', 'hubspot-deal-' || past.record_id, past.column_name, past.stretch_number,
        case past.column_name
            when 'deal_pipeline_stage_id' then coalesce(nullif(trim(stages.label), ''), past.value)
            when 'owner_id' then 'hubspot-owner-' || past.value
            when 'property_closedate' then cast(cast(try_cast(past.value as timestamp) as date) as varchar)
            when 'property_hs_deal_stage_probability' then cast(100 * try_cast(past.value as double) as varchar)
            else past.value
        end,
        past.is_known, past.from_at, past.until_at, past.observed_at, past.known_by,
    from raw_history.hubspot_deal as past
    left join raw.hubspot_deal_pipeline_stage as stages
        on past.value = stages.stage_id
        and past.column_name = 'deal_pipeline_stage_id'
),

-- Two values of the source may be one here: two closing times of one day, stages of one label.
changes as (
    select *
    from past
    window in_time as (partition by object, record_id, column_name order by stretch_number)
    qualify row_number() over in_time = 1
        or value is distinct from lag(value) over in_time
        or is_known <> lag(is_known) over in_time
)

select
    object, record_id, column_name, record_of, stretch_number, value, is_known, from_at,
    lead(from_at) over (partition by object, record_id, column_name order by stretch_number) as until_at,
    observed_at, known_by,
from changes
