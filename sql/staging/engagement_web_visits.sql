-- One row per page visit on the website
-- key: visit_id
-- feeds: staging.web_visits
select
    visit_id,
    visitor_id,
    email_normal(email) as email_normal,
    page,
    referrer,
    utm_source,
    utm_medium,
    utm_campaign,
    ip,
    lower(user_agent) as user_agent,
    duration_seconds,
    visited_at,
from raw.web_visit
