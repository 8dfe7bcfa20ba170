-- One row per campaign that HubSpot e-mails belong to
-- key: campaign_id
-- feeds: staging.campaigns
-- It has no date of its own: it began with its first mail.
with

firsts as (
    select email_campaign_id, min(created) as first_at
    from raw.hubspot_email_event
    group by email_campaign_id
)

select
    'hubspot-campaign-' || campaigns.id as campaign_id,
    coalesce(campaigns.name, campaigns.subject) as campaign_name,
    'Email' as campaign_type,
    false as is_deleted,
    coalesce(firsts.first_at, campaigns._fivetran_synced) as created_at,
from raw.hubspot_email_campaign as campaigns
left join firsts on campaigns.id = firsts.email_campaign_id
