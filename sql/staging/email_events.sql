-- One row per thing that happened to a marketing mail
-- key: email_event_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as email_event_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as email_normal,
    cast(null as varchar) as event_type,
    cast(null as varchar) as link,
    cast(null as boolean) as is_machine,
    cast(null as timestamp) as occurred_at,
where false
