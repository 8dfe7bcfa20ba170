-- One row per account record of the replicated CRM, deleted ones included
-- key: account_id
-- feeds: staging.accounts
-- What the CRM's own export holds, too, is left to it.
-- Where the replica lacks the day on which a record was made, that on which it was first seen stands for it, else
-- today: it is there now, and nobody knows since when. Its last change tells nothing: it moves with every change.
with

states as (
    select id, min(_fivetran_start) as first_at
    from raw.sf_account_history
    group by id
)

select
    replica.id as account_id,
    replica.parent_id,
    replica.master_record_id as merged_into_id,
    replica.owner_id,
    replica.created_by_id,
    replica.record_type_id,
    nullif(trim(replica.name), '') as account_name,
    nullif(lower(trim(replica.website)), '') as website,
    replica.phone,
    coalesce(replica.billing_country, replica.billing_country_code) as country,
    coalesce(replica.billing_state, replica.billing_state_code) as state,
    replica.billing_city as city,
    replica.industry,
    replica.number_of_employees as employees,
    replica.annual_revenue,
    replica.currency_iso_code as currency,
    replica.type as account_type,
    replica.account_source,
    coalesce(replica.is_person_account, false) as is_person_account,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, states.first_at, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
from raw.sf_account as replica
cross join config.as_of as setting
anti join raw.account as own on replica.id = own.Id
left join states on replica.id = states.id
