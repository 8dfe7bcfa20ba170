-- One row per opportunity record of the replicated CRM, deleted ones included
-- key: opportunity_id
-- feeds: staging.opportunities
-- What the CRM's own export holds, too, is left to it.
-- Where the replica lacks the day on which a record was made, that on which it was first seen stands for it, else
-- today: it is there now, and nobody knows since when. Its last change tells nothing: it moves with every change.
with

states as (
    select id, min(_fivetran_start) as first_at
    from raw.sf_opportunity_history
    group by id
)

select
    replica.id as opportunity_id,
    replica.account_id,
    replica.campaign_id,
    replica.owner_id,
    replica.created_by_id,
    replica.record_type_id,
    replica.name as opportunity_name,
    nullif(trim(replica.stage_name), '') as stage,
    replica.amount,
    replica.currency_iso_code as currency,
    replica.probability,
    replica.type as opportunity_type,
    replica.lead_source,
    replica.is_closed,
    replica.is_won,
    cast(replica.close_date as date) as close_on,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, states.first_at, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
from raw.sf_opportunity as replica
cross join config.as_of as setting
anti join raw.opportunity as own on replica.id = own.Id
left join states on replica.id = states.id
