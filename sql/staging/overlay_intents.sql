-- One row per company domain, topic, week, source and fetch
-- key: domain, topic, week_on, source, fetched_at
-- feeds: staging.intents
select
    coalesce(website_domain(domain), lower(trim(domain))) as domain,
    topic,
    week as week_on,
    source,
    score,
    fetched_at,
from raw.intent
qualify row_number() over (
    partition by coalesce(website_domain(domain), lower(trim(domain))), topic, week, source, fetched_at order by domain
) = 1
