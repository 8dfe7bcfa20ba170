-- One row per Pardot campaign, deleted ones too
-- key: campaign_id
-- feeds: staging.campaigns
-- It has no date of its own: it began with the first thing that it brought about.
with

signs as (
    select campaign_id, created_at from raw.pardot_visitor_activity
    union all
    select campaign_id, created_at from raw.pardot_prospect
),

firsts as (
    select campaign_id, min(created_at) as first_at
    from signs
    group by campaign_id
)

select
    'pardot-campaign-' || campaigns.id as campaign_id,
    campaigns.name as campaign_name,
    campaigns.cost as actual_cost,
    coalesce(campaigns._fivetran_deleted, false) as is_deleted,
    coalesce(firsts.first_at, campaigns._fivetran_synced) as created_at,
from raw.pardot_campaign as campaigns
left join firsts on campaigns.id = firsts.campaign_id
