-- One row per company domain, technology, source and fetch
-- key: domain, technology, source, fetched_at
-- feeds: staging.technographics
select
    coalesce(website_domain(domain), lower(trim(domain))) as domain,
    technology,
    source,
    category,
    first_seen_on,
    last_seen_on,
    fetched_at,
from raw.technographic
qualify row_number() over (
    partition by coalesce(website_domain(domain), lower(trim(domain))), technology, source, fetched_at order by domain
) = 1
