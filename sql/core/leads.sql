-- One row per lead, converted ones included
-- key: lead_id
select
    leads.lead_id,
    records.person_id,
    records.account_id,
    records.account_match,
    leads.owner_id,
    users.user_name as owner_name,
    leads.full_name,
    leads.first_name,
    leads.last_name,
    leads.title,
    case
        when companies.account_id is not null then companies.account_name
        when not starts_with(leads.company, '001') then leads.company
    end as company_name,
    leads.email,
    leads.email_normal,
    leads.email_domain,
    free_mail.domain is not null as is_free_mail,
    leads.phone,
    leads.website,
    leads.country,
    leads.state,
    leads.city,
    leads.industry,
    leads.employees,
    coalesce(cast(safe_div(leads.annual_revenue, rates.rate) as decimal(18, 2)), leads.annual_revenue) as annual_revenue,
    leads.lead_source,
    leads.status,
    leads.rating,
    conversions.lead_id is not null as is_converted,
    conversions.account_id as converted_account_id,
    conversions.contact_id as converted_contact_id,
    conversions.opportunity_id as converted_opportunity_id,
    leads.has_opted_out_of_email,
    leads.do_not_call,
    leads.is_bounced,
    backfills.object is not null as is_backfilled,
    leads.created_at,
    conversions.converted_at,
    leads.modified_at,
from staging.leads as leads
inner join core.person_records as records on leads.lead_id = records.record_id
left join core.lead_conversions as conversions on leads.lead_id = conversions.lead_id
left join core.currency_rates as rates
    on leads.currency = rates.currency
    and cast(leads.created_at as date) >= rates.from_on
    and cast(leads.created_at as date) < rates.until_on
left join core.users as users on leads.owner_id = users.user_id
left join config.free_mail_domains as free_mail on leads.email_domain = free_mail.domain
left join core.survivors as survivors on leads.company = survivors.record_id
left join core.accounts as companies on coalesce(survivors.survivor_id, leads.company) = companies.account_id
left join core.backfills as backfills
    on backfills.object = 'lead' and minute_start(leads.created_at) = backfills.minute_at
