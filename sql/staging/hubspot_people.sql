-- One row per HubSpot contact id, merged ones too, with the records it is here
-- key: contact_id
-- HubSpot has one record where others have two: every contact came in as a lead (hubspot-lead-ID), but for those who
-- were an opportunity or a customer from the first minute, and one with a deal, or so far by its lifecycle stage, is a
-- contact too (hubspot-contact-ID): the lead was converted. Of a merged contact nothing but its id may be left.
with

deals as (
    select
        links.contact_id,
        min(deals.property_createdate) as first_deal_at,
        min(struct_pack(made_at := deals.property_createdate, deal_id := deals.deal_id)).deal_id as deal_id,
    from raw.hubspot_deal_contact as links
    inner join raw.hubspot_deal as deals on links.deal_id = deals.deal_id
    where not coalesce(deals.is_deleted, false)
        and not coalesce(links._fivetran_deleted, false)
    group by links.contact_id
),

stages as (
    select contact_id, min(changed_at) as won_over_at
    from staging.hubspot_contact_stages
    where lifecycle_stage in ('opportunity', 'customer', 'evangelist')
    group by contact_id
),

contacts as (
    select
        contacts.id as contact_id,
        contacts.property_createdate as created_at,
        email_normal(contacts.property_email) as email_normal,
        contacts.property_associatedcompanyid as company_id,
        deals.deal_id,
        least(
            stages.won_over_at, deals.first_deal_at, contacts.property_hs_lifecyclestage_opportunity_date,
            contacts.property_hs_lifecyclestage_customer_date, contacts.property_first_deal_created_date
        ) as converted_at,
        deals.contact_id is not null
            or stages.contact_id is not null
            or coalesce(
                lower(contacts.property_lifecyclestage) in ('opportunity', 'customer', 'evangelist'), false
            ) as is_contact,
    from raw.hubspot_contact as contacts
    left join deals on contacts.id = deals.contact_id
    left join stages on contacts.id = stages.contact_id
),

judged as (
    select
        contacts.*,
        not (is_contact and coalesce(converted_at <= created_at + interval 1 minute, false)) as is_lead,
    from contacts
)

select
    contact_id,
    is_lead,
    is_contact,
    case when is_lead then 'hubspot-lead-' else 'hubspot-contact-' end || contact_id as record_id,
    email_normal,
    company_id,
    deal_id,
    created_at,
    case when is_contact then greatest(converted_at, created_at) end as converted_at,
    cast(null as varchar) as survivor_id,
    cast(null as timestamp) as merged_at,
from judged
anti join staging.hubspot_merges as merges on merges.object = 'contact' and judged.contact_id = merges.loser_id
union all
-- The loser is a record of the same kind as the survivor, as nearly as can be told: a lead.
select
    merges.loser_id,
    true,
    false,
    'hubspot-lead-' || merges.loser_id,
    email_normal(losers.property_email),
    losers.property_associatedcompanyid,
    cast(null as varchar),
    coalesce(losers.property_createdate, survivors.property_createdate),
    cast(null as timestamp),
    merges.survivor_id,
    merges.merged_at,
from staging.hubspot_merges as merges
left join raw.hubspot_contact as losers on merges.loser_id = losers.id
left join raw.hubspot_contact as survivors on merges.survivor_id = survivors.id
where merges.object = 'contact'
    and coalesce(losers.id, survivors.id) is not null
