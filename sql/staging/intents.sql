-- One row per company domain, topic, week, source and fetch
-- key: domain, topic, week_on, source, fetched_at
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as domain,
    cast(null as varchar) as topic,
    cast(null as date) as week_on,
    cast(null as varchar) as source,
    cast(null as double) as score,
    cast(null as timestamp) as fetched_at,
where false
