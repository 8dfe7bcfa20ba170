-- One row per company domain, source and fetch of third-party firmographics
-- key: domain, source, fetched_at
-- feeds: staging.firmographics
select
    coalesce(website_domain(domain), lower(trim(domain))) as domain,
    source,
    employees,
    annual_revenue,
    industry,
    country,
    technologies,
    fetched_at,
from raw.firmographic
qualify row_number() over (
    partition by coalesce(website_domain(domain), lower(trim(domain))), source, fetched_at order by domain
) = 1
