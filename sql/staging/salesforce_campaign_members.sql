-- One row per membership of a lead or contact in a campaign
-- key: campaign_member_id
-- feeds: staging.campaign_members
select
    Id as campaign_member_id,
    CampaignId as campaign_id,
    LeadId as lead_id,
    ContactId as contact_id,
    CreatedById as created_by_id,
    nullif(trim(Status), '') as status,
    HasResponded as has_responded,
    FirstRespondedDate as first_responded_on,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
    SystemModstamp as modified_at,
from raw.campaign_member
