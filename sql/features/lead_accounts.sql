-- One row per lead, moment and account record of the lead's e-mail domain that was there by then, the oldest first
-- key: lead_id, as_of, place
-- The account that a conversion makes or picks is not looked at: before the conversion nobody knew it. Records that were
-- merged since count as they were: which of them lives on was decided later. Free mail names no company.
with

records as (
    select
        staged.account_id as record_id,
        website_domain(staged.website) as domain,
        staged.industry,
        staged.employees,
        coalesce(cast(safe_div(staged.annual_revenue, rates.rate) as decimal(18, 2)), staged.annual_revenue) as annual_revenue,
        staged.country,
        staged.created_at,
        accounts.account_id,
        accounts.first_won_at,
    from staging.accounts as staged
    left join core.currency_rates as rates
        on staged.currency = rates.currency
        and cast(staged.created_at as date) >= rates.from_on
        and cast(staged.created_at as date) < rates.until_on
    left join core.survivors as survivors on staged.account_id = survivors.record_id
    inner join core.accounts as accounts on coalesce(survivors.survivor_id, staged.account_id) = accounts.account_id
    where not accounts.is_person_account
)

select
    spine.lead_id,
    spine.as_of,
    row_number() over (
        partition by spine.lead_id, spine.as_of order by records.created_at, records.record_id
    ) as place,
    records.record_id,
    records.account_id,
    records.industry,
    records.employees,
    records.annual_revenue,
    records.country,
    records.first_won_at,
from spine.lead_conversion as spine
inner join core.leads as leads on spine.lead_id = leads.lead_id
inner join records
    on leads.email_domain = records.domain
    and records.created_at <= spine.as_of
where not leads.is_free_mail
