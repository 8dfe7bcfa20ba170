-- One row per company domain, source and fetch of third-party firmographics
-- key: domain, source, fetched_at
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as domain,
    cast(null as varchar) as source,
    cast(null as bigint) as employees,
    cast(null as decimal(18, 2)) as annual_revenue,
    cast(null as varchar) as industry,
    cast(null as varchar) as country,
    cast(null as varchar) as technologies,
    cast(null as timestamp) as fetched_at,
where false
