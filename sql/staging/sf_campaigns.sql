-- One row per campaign of the replicated CRM, deleted ones included
-- key: campaign_id
-- feeds: staging.campaigns
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as campaign_id,
    replica.parent_id,
    replica.owner_id,
    nullif(trim(replica.name), '') as campaign_name,
    nullif(trim(replica.type), '') as campaign_type,
    replica.status,
    replica.budgeted_cost,
    replica.actual_cost,
    replica.currency_iso_code as currency,
    cast(replica.start_date as date) as start_on,
    cast(replica.end_date as date) as end_on,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
from raw.sf_campaign as replica
cross join config.as_of as setting
anti join raw.campaign as own on replica.id = own.Id
