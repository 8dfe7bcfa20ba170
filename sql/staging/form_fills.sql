-- One row per form that somebody sent in
-- key: form_fill_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as form_fill_id,
    cast(null as varchar) as visitor_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as email_normal,
    cast(null as varchar) as form_name,
    cast(null as varchar) as form_type,
    cast(null as varchar) as page,
    cast(null as timestamp) as submitted_at,
where false
