-- One row per membership of a lead or contact in a campaign of the replicated CRM
-- key: campaign_member_id
-- feeds: staging.campaign_members
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as campaign_member_id,
    replica.campaign_id,
    replica.lead_id,
    replica.contact_id,
    replica.created_by_id,
    nullif(trim(replica.status), '') as status,
    replica.has_responded,
    cast(replica.first_responded_date as date) as first_responded_on,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
    coalesce(replica.system_modstamp, replica.last_modified_date, replica._fivetran_synced) as modified_at,
from raw.sf_campaign_member as replica
cross join config.as_of as setting
anti join raw.campaign_member as own on replica.id = own.Id
