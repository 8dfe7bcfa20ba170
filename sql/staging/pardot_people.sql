-- One row per Pardot prospect with the record that it is here
-- key: prospect_id
-- A prospect that is a lead or a contact of the CRM is one person with it: where an export of the CRM holds the record,
-- the prospect is merged into it. Leaving a list, and a complaint or an unsubscription among the activities, is a
-- refusal, whatever the flags say.
with

refusals as (
    select prospect_id from raw.pardot_visitor_activity where type in (12, 14, 35) and prospect_id is not null
    union
    select prospect_id from raw.pardot_list_membership where opted_out
),

bounces as (
    select prospect_id, min(created_at) as bounced_at
    from raw.pardot_visitor_activity
    where type in (13, 36)
        and prospect_id is not null
    group by prospect_id
),

deals as (
    select
        links.prospect_id,
        min(struct_pack(made_at := deals.created_at, opportunity_id := deals.id)) as first_deal,
    from raw.pardot_opportunity_prospect as links
    inner join raw.pardot_opportunity as deals on links.opportunity_id = deals.id
    where not coalesce(deals._fivetran_deleted, false)
    group by links.prospect_id
)

select
    prospects.id as prospect_id,
    'pardot-prospect-' || prospects.id as record_id,
    coalesce(contacts.record_id, leads.record_id) as crm_record_id,
    email_normal(prospects.email) as email_normal,
    refusals.prospect_id is not null as has_refused,
    bounces.bounced_at,
    deals.first_deal.opportunity_id as opportunity_id,
    deals.first_deal.made_at as converted_at,
from raw.pardot_prospect as prospects
left join staging.crm_people as contacts on prospects.crm_contact_fid = contacts.record_id
left join staging.crm_people as leads on prospects.crm_lead_fid = leads.record_id
left join refusals on prospects.id = refusals.prospect_id
left join bounces on prospects.id = bounces.prospect_id
left join deals on prospects.id = deals.prospect_id
