-- One row per advertisement that was shown or clicked
-- key: source, interaction_id
-- feeds: staging.interactions
select
    'ad_event' as source,
    ad_event_id as interaction_id,
    campaign_id,
    visitor_id,
    email_normal(email) as email_normal,
    coalesce(website_domain(domain), lower(trim(domain))) as domain,
    'ads' as channel,
    case lower(trim(event_type)) when 'click' then 'ad_click' else 'ad_impression' end as kind,
    lower(trim(event_type)) <> 'click' as is_ours,
    coalesce(ad_name, platform) as subject,
    lower(user_agent) as user_agent,
    lower(trim(event_type)) <> 'click' as is_weak,
    coalesce(is_invalid, false) as is_machine,
    occurred_at,
from raw.ad_event
