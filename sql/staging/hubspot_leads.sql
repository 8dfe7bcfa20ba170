-- One row per HubSpot contact that came in as a lead, converted, deleted and merged ones too
-- key: lead_id
-- feeds: staging.leads
-- A merged contact of which only the id is left has the times of its survivor.
select
    'hubspot-lead-' || people.contact_id as lead_id,
    survivors.record_id as merged_into_id,
    'hubspot-owner-' || contacts.property_hubspot_owner_id as owner_id,
    case when people.is_contact then accounts.account_id end as converted_account_id,
    case when people.is_contact then 'hubspot-contact-' || people.contact_id end as converted_contact_id,
    case when people.is_contact then 'hubspot-deal-' || people.deal_id end as converted_opportunity_id,
    nullif(trim(concat_ws(' ', contacts.property_firstname, contacts.property_lastname)), '') as full_name,
    contacts.property_firstname as first_name,
    contacts.property_lastname as last_name,
    contacts.property_jobtitle as title,
    coalesce(accounts.account_id, nullif(trim(contacts.property_company), '')) as company,
    nullif(trim(contacts.property_email), '') as email,
    people.email_normal,
    email_domain(contacts.property_email) as email_domain,
    coalesce(contacts.property_phone, contacts.property_mobilephone) as phone,
    concat_ws(';', contacts.property_phone, contacts.property_mobilephone) as phones,
    nullif(lower(trim(contacts.property_website)), '') as website,
    contacts.property_country as country,
    contacts.property_state as state,
    contacts.property_city as city,
    contacts.property_industry as industry,
    round_int(try_cast(contacts.property_numemployees as double)) as employees,
    cast(try_cast(contacts.property_annualrevenue as double) as decimal(18, 2)) as annual_revenue,
    contacts.property_hs_analytics_source as lead_source,
    case
        when upper(contacts.property_hs_lead_status) in ('UNQUALIFIED', 'BAD_TIMING')
        then contacts.property_hs_lead_status
        else coalesce(contacts.property_lifecyclestage, contacts.property_hs_lead_status)
    end as status,
    people.is_contact as is_converted,
    cast(people.converted_at as date) as converted_on,
    contacts.property_hs_email_optout as has_opted_out_of_email,
    cast(null as boolean) as do_not_call,
    contacts.property_hs_email_hard_bounce_reason_enum is not null
        or coalesce(contacts.property_hs_email_quarantined, false) as is_bounced,
    coalesce(contacts._fivetran_deleted, false) or people.survivor_id is not null as is_deleted,
    people.created_at,
    greatest(
        people.created_at,
        coalesce(contacts.property_lastmodifieddate, contacts._fivetran_synced, people.merged_at, people.created_at)
    ) as modified_at,
from staging.hubspot_people as people
left join raw.hubspot_contact as contacts on people.contact_id = contacts.id
left join staging.hubspot_people as survivors on people.survivor_id = survivors.contact_id
left join staging.hubspot_accounts as accounts on 'hubspot-company-' || people.company_id = accounts.account_id
where people.is_lead
