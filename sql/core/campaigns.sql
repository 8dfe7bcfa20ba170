-- One row per campaign
-- key: campaign_id
with

channels as (
    select lower(campaign_type) as campaign_type, min(channel) as channel
    from config.campaign_types
    group by lower(campaign_type)
)

select
    campaigns.campaign_id,
    campaigns.parent_id,
    campaigns.owner_id,
    campaigns.campaign_name,
    campaigns.campaign_type,
    coalesce(channels.channel, 'other') as channel,
    campaigns.status,
    campaigns.budgeted_cost,
    campaigns.actual_cost,
    campaigns.currency,
    campaigns.start_on,
    campaigns.end_on,
    campaigns.created_at,
from staging.campaigns as campaigns
cross join config.as_of as setting
left join channels on lower(campaigns.campaign_type) = channels.campaign_type
where not campaigns.is_deleted
    and campaigns.created_at <= setting.as_of
