-- One row per lead record of the replicated CRM, converted and deleted ones included
-- key: lead_id
-- feeds: staging.leads
-- What the CRM's own export holds, too, is left to it, but for a refusal: that holds for the same person there.
-- Where the replica lacks the day on which a record was made, that on which it was first seen stands for it, else
-- today: it is there now, and nobody knows since when. Its last change tells nothing: it moves with every change.
with

states as (
    select id, min(_fivetran_start) as first_at
    from raw.sf_lead_history
    group by id
)

select
    case when own.Id is null then replica.id else 'replica-' || replica.id end as lead_id,
    coalesce(own.Id, replica.master_record_id) as merged_into_id,
    replica.owner_id,
    replica.created_by_id,
    replica.converted_account_id,
    replica.converted_contact_id,
    replica.converted_opportunity_id,
    coalesce(
        nullif(trim(replica.name), ''), nullif(trim(concat_ws(' ', replica.first_name, replica.last_name)), '')
    ) as full_name,
    replica.first_name,
    replica.last_name,
    replica.title,
    nullif(trim(replica.company), '') as company,
    nullif(trim(replica.email), '') as email,
    email_normal(replica.email) as email_normal,
    email_domain(replica.email) as email_domain,
    coalesce(replica.phone, replica.mobile_phone) as phone,
    concat_ws(';', replica.phone, replica.mobile_phone) as phones,
    nullif(lower(trim(replica.website)), '') as website,
    coalesce(replica.country, replica.country_code) as country,
    coalesce(replica.state, replica.state_code) as state,
    replica.city,
    replica.industry,
    replica.number_of_employees as employees,
    replica.annual_revenue,
    replica.currency_iso_code as currency,
    replica.lead_source,
    nullif(trim(replica.status), '') as status,
    replica.rating,
    coalesce(replica.is_converted, false) as is_converted,
    cast(replica.converted_date as date) as converted_on,
    replica.has_opted_out_of_email,
    replica.do_not_call,
    coalesce(replica.is_email_bounced, false) or replica.email_bounced_date is not null as is_bounced,
    replica.email_bounced_date as bounced_at,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null
        or own.Id is not null as is_deleted,
    coalesce(replica.created_date, states.first_at, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
    case when own.Id is not null then replica.created_date end as merged_at,
from raw.sf_lead as replica
cross join config.as_of as setting
left join raw.lead as own on replica.id = own.Id
left join states on replica.id = states.id
where own.Id is null or replica.has_opted_out_of_email or replica.do_not_call
    or replica.is_email_bounced or replica.email_bounced_date is not null
