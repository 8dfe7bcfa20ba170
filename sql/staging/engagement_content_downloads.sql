-- One row per content that somebody took
-- key: source, interaction_id
-- feeds: staging.interactions
select
    'content_download' as source,
    download_id as interaction_id,
    campaign_id,
    visitor_id,
    email_normal(email) as email_normal,
    'web' as channel,
    'content_download' as kind,
    content_name as subject,
    lower(user_agent) as user_agent,
    downloaded_at as occurred_at,
from raw.content_download
