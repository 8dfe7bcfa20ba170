-- One row per page visit on the website
-- key: visit_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as visit_id,
    cast(null as varchar) as visitor_id,
    cast(null as varchar) as email_normal,
    cast(null as varchar) as page,
    cast(null as varchar) as referrer,
    cast(null as varchar) as utm_source,
    cast(null as varchar) as utm_medium,
    cast(null as varchar) as utm_campaign,
    cast(null as varchar) as ip,
    cast(null as varchar) as user_agent,
    cast(null as double) as duration_seconds,
    cast(null as timestamp) as visited_at,
where false
