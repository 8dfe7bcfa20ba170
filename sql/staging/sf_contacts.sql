-- One row per contact record of the replicated CRM, deleted ones included
-- key: contact_id
-- feeds: staging.contacts
-- What the CRM's own export holds, too, is left to it, but for a refusal: that holds for the same person there.
-- Where the replica lacks the day on which a record was made, that on which it was first seen stands for it, else
-- today: it is there now, and nobody knows since when. Its last change tells nothing: it moves with every change.
with

states as (
    select id, min(_fivetran_start) as first_at
    from raw.sf_contact_history
    group by id
)

select
    case when own.Id is null then replica.id else 'replica-' || replica.id end as contact_id,
    replica.account_id,
    coalesce(own.Id, replica.master_record_id) as merged_into_id,
    replica.owner_id,
    replica.created_by_id,
    coalesce(
        nullif(trim(replica.name), ''), nullif(trim(concat_ws(' ', replica.first_name, replica.last_name)), '')
    ) as full_name,
    replica.first_name,
    replica.last_name,
    replica.title,
    replica.department,
    nullif(trim(replica.email), '') as email,
    email_normal(replica.email) as email_normal,
    email_domain(replica.email) as email_domain,
    coalesce(replica.phone, replica.mobile_phone) as phone,
    concat_ws(';', replica.phone, replica.mobile_phone) as phones,
    coalesce(replica.mailing_country, replica.mailing_country_code) as country,
    coalesce(replica.mailing_state, replica.mailing_state_code) as state,
    replica.lead_source,
    replica.has_opted_out_of_email,
    replica.do_not_call,
    coalesce(replica.is_email_bounced, false) or replica.email_bounced_date is not null as is_bounced,
    replica.email_bounced_date as bounced_at,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null
        or own.Id is not null as is_deleted,
    coalesce(replica.created_date, states.first_at, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
from raw.sf_contact as replica
cross join config.as_of as setting
left join raw.contact as own on replica.id = own.Id
left join states on replica.id = states.id
where own.Id is null or replica.has_opted_out_of_email or replica.do_not_call
    or replica.is_email_bounced or replica.email_bounced_date is not null
