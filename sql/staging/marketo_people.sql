-- One row per Marketo lead with the record that it lives on in, if it is not one of its own
-- key: lead_id
-- A lead that is a lead or a contact of the CRM is one person with it: where an export of the CRM holds the record, the
-- lead is merged into it. Of a lead that was merged away nothing but its id may be left:
-- reached_by_email is then the address of whom it became.
with

deletions as (
    select lead_id, max(activity_date) as deleted_at
    from raw.marketo_activity_delete_lead
    group by lead_id
),

ids as (
    select id as lead_id from raw.marketo_lead
    union
    select loser_id from staging.marketo_merges
)

select
    ids.lead_id,
    coalesce(contacts.record_id, crm_leads.record_id) as crm_record_id,
    merges.survivor_id,
    merges.merged_at,
    deletions.deleted_at,
    email_normal(leads.email) as email_normal,
    coalesce(email_normal(leads.email), merges.heir_email_normal) as reached_by_email,
    coalesce(leads.created_at, survivors.created_at, merges.merged_at) as created_at,
from ids
left join raw.marketo_lead as leads on ids.lead_id = leads.id
left join staging.marketo_merges as merges on ids.lead_id = merges.loser_id
left join raw.marketo_lead as survivors on merges.survivor_id = survivors.id
left join deletions on ids.lead_id = deletions.lead_id
left join staging.crm_people as contacts on leads.sfdc_contact_id = contacts.record_id
left join staging.crm_people as crm_leads on leads.sfdc_lead_id = crm_leads.record_id
