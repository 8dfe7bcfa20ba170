-- One row per campaign and status that its members may have in the replicated CRM
-- key: campaign_member_status_id
-- feeds: staging.campaign_member_statuses
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as campaign_member_status_id,
    replica.campaign_id,
    nullif(trim(replica.label), '') as status,
    replica.has_responded,
from raw.sf_campaign_member_status as replica
anti join raw.campaign_member_status as own on replica.id = own.Id
where not coalesce(replica.is_deleted, false) and not coalesce(replica._fivetran_deleted, false)
    and coalesce(replica._fivetran_active, true) and replica._absent_since is null
