-- One row per company domain, technology, source and fetch
-- key: domain, technology, source, fetched_at
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as domain,
    cast(null as varchar) as technology,
    cast(null as varchar) as source,
    cast(null as varchar) as category,
    cast(null as date) as first_seen_on,
    cast(null as date) as last_seen_on,
    cast(null as timestamp) as fetched_at,
where false
