-- One row per Marketo lead, deleted and merged ones and those that the CRM has too
-- key: lead_id
-- feeds: staging.leads
-- One that is merged into a record of the CRM has been that person from the first day on.
select
    'marketo-lead-' || people.lead_id as lead_id,
    coalesce(people.crm_record_id, 'marketo-lead-' || people.survivor_id) as merged_into_id,
    leads.sfdc_lead_owner_id as owner_id,
    nullif(trim(concat_ws(' ', leads.first_name, leads.last_name)), '') as full_name,
    leads.first_name,
    leads.last_name,
    leads.title,
    coalesce(crm_accounts.account_id, nullif(trim(leads.company), '')) as company,
    nullif(trim(leads.email), '') as email,
    people.email_normal,
    email_domain(leads.email) as email_domain,
    coalesce(leads.phone, leads.mobile_phone) as phone,
    concat_ws(';', leads.phone, leads.mobile_phone) as phones,
    nullif(lower(trim(coalesce(leads.website, leads.site))), '') as website,
    coalesce(leads.country, leads.billing_country) as country,
    coalesce(leads.state, leads.billing_state) as state,
    coalesce(leads.city, leads.billing_city) as city,
    leads.industry,
    round_int(try_cast(leads.number_of_employees as double)) as employees,
    cast(try_cast(leads.annual_revenue as double) as decimal(18, 2)) as annual_revenue,
    leads.lead_source,
    nullif(trim(leads.lead_status), '') as status,
    leads.rating,
    false as is_converted,
    case
        when leads.unsubscribed or leads.black_listed or leads.marketing_suspended then true
        else leads.unsubscribed
    end as has_opted_out_of_email,
    leads.do_not_call,
    coalesce(leads.email_invalid, false) as is_bounced,
    people.deleted_at is not null or people.survivor_id is not null or people.crm_record_id is not null as is_deleted,
    people.created_at,
    greatest(people.created_at, leads.updated_at, people.merged_at, people.deleted_at) as modified_at,
    case when people.crm_record_id is not null then people.created_at else people.merged_at end as merged_at,
from staging.marketo_people as people
left join raw.marketo_lead as leads on people.lead_id = leads.id
left join staging.crm_accounts as crm_accounts on leads.sfdc_account_id = crm_accounts.account_id
