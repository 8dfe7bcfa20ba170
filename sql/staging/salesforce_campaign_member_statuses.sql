-- One row per campaign and status that its members may have
-- key: campaign_member_status_id
-- feeds: staging.campaign_member_statuses
select
    Id as campaign_member_status_id,
    CampaignId as campaign_id,
    nullif(trim(Label), '') as status,
    HasResponded as has_responded,
from raw.campaign_member_status
where not coalesce(IsDeleted, false) and _absent_since is null
