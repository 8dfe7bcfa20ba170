-- One row per event attended, content taken, call or advertisement
-- key: source, interaction_id
-- fed by: every file that says it feeds this one
-- `record_id` names a lead or contact, `activity_id` the CRM's task about the same thing. `domain` is a company's.
select
    cast(null as varchar) as source,
    cast(null as varchar) as interaction_id,
    cast(null as varchar) as record_id,
    cast(null as varchar) as activity_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as visitor_id,
    cast(null as varchar) as email_normal,
    cast(null as varchar) as phone_normal,
    cast(null as varchar) as domain,
    cast(null as varchar) as channel,
    cast(null as varchar) as kind,
    cast(null as boolean) as is_ours,
    cast(null as varchar) as subject,
    cast(null as double) as minutes,
    cast(null as varchar) as user_agent,
    cast(null as boolean) as is_weak,
    cast(null as boolean) as is_machine,
    cast(null as boolean) as refuses_calls,
    cast(null as timestamp) as occurred_at,
where false
