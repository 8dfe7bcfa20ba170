-- One row per Pardot prospect, deleted ones and those that the CRM has too
-- key: lead_id
-- feeds: staging.leads
-- A prospect is converted by its first opportunity. One that is merged into a record of the CRM has been that person
-- from the first day on.
select
    people.record_id as lead_id,
    people.crm_record_id as merged_into_id,
    coalesce(prospects.crm_owner_fid, 'pardot-user-' || prospects.user_id) as owner_id,
    case when people.opportunity_id is not null then accounts.account_id end as converted_account_id,
    'pardot-opportunity-' || people.opportunity_id as converted_opportunity_id,
    nullif(trim(concat_ws(' ', prospects.first_name, prospects.last_name)), '') as full_name,
    prospects.first_name,
    prospects.last_name,
    prospects.job_title as title,
    coalesce(crm_accounts.account_id, accounts.account_id, nullif(trim(prospects.company), '')) as company,
    nullif(trim(prospects.email), '') as email,
    people.email_normal,
    email_domain(prospects.email) as email_domain,
    prospects.phone,
    prospects.phone as phones,
    nullif(lower(trim(prospects.website)), '') as website,
    prospects.country,
    prospects.state,
    prospects.city,
    prospects.industry,
    round_int(try_cast(prospects.employees as double)) as employees,
    cast(try_cast(prospects.annual_revenue as double) as decimal(18, 2)) as annual_revenue,
    prospects.source as lead_source,
    people.opportunity_id is not null as is_converted,
    cast(people.converted_at as date) as converted_on,
    case
        when people.has_refused or prospects.opted_out or prospects.is_do_not_email then true
        else coalesce(prospects.opted_out, prospects.is_do_not_email)
    end as has_opted_out_of_email,
    prospects.is_do_not_call as do_not_call,
    people.bounced_at is not null as is_bounced,
    people.bounced_at,
    coalesce(prospects._fivetran_deleted, false) or people.crm_record_id is not null as is_deleted,
    prospects.created_at,
    greatest(prospects.updated_at, prospects.created_at) as modified_at,
    case when people.crm_record_id is not null then prospects.created_at end as merged_at,
from staging.pardot_people as people
inner join raw.pardot_prospect as prospects on people.prospect_id = prospects.id
left join staging.pardot_accounts as accounts on 'pardot-account-' || prospects.prospect_account_id = accounts.account_id
left join staging.crm_accounts as crm_accounts on prospects.crm_account_fid = crm_accounts.account_id
