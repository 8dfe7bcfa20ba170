-- One row per HubSpot contact with a deal, or so far by its lifecycle stage: what its lead was converted to
-- key: contact_id
-- feeds: staging.contacts
select
    'hubspot-contact-' || people.contact_id as contact_id,
    accounts.account_id,
    'hubspot-owner-' || contacts.property_hubspot_owner_id as owner_id,
    nullif(trim(concat_ws(' ', contacts.property_firstname, contacts.property_lastname)), '') as full_name,
    contacts.property_firstname as first_name,
    contacts.property_lastname as last_name,
    contacts.property_jobtitle as title,
    nullif(trim(contacts.property_email), '') as email,
    people.email_normal,
    email_domain(contacts.property_email) as email_domain,
    coalesce(contacts.property_phone, contacts.property_mobilephone) as phone,
    concat_ws(';', contacts.property_phone, contacts.property_mobilephone) as phones,
    contacts.property_country as country,
    contacts.property_state as state,
    contacts.property_hs_analytics_source as lead_source,
    contacts.property_hs_email_optout as has_opted_out_of_email,
    cast(null as boolean) as do_not_call,
    contacts.property_hs_email_hard_bounce_reason_enum is not null
        or coalesce(contacts.property_hs_email_quarantined, false) as is_bounced,
    coalesce(contacts._fivetran_deleted, false) as is_deleted,
    coalesce(people.converted_at, people.created_at) as created_at,
    greatest(
        people.created_at,
        people.converted_at,
        coalesce(contacts.property_lastmodifieddate, contacts._fivetran_synced)
    ) as modified_at,
from staging.hubspot_people as people
inner join raw.hubspot_contact as contacts on people.contact_id = contacts.id
left join staging.hubspot_accounts as accounts on 'hubspot-company-' || people.company_id = accounts.account_id
where people.is_contact
