-- One row per call
-- key: source, interaction_id
-- feeds: staging.interactions
-- A call that reached nobody is an attempt; one in which the person asked for no more calls is a refusal. Whatever does
-- not say that it came in was dialled by us.
select
    'call' as source,
    call_id as interaction_id,
    record_id,
    task_id as activity_id,
    campaign_id,
    email_normal(email) as email_normal,
    phone_normal(phone) as phone_normal,
    'phone' as channel,
    case
        when do_not_call then 'call_refused'
        when lower(trim(outcome)) = 'connected' then 'call'
        else 'call_attempt'
    end as kind,
    coalesce(lower(trim(direction)) <> 'inbound', true) as is_ours,
    replace(lower(trim(outcome)), '_', ' ') as subject,
    duration_seconds / 60.0 as minutes,
    coalesce(do_not_call, false) as refuses_calls,
    started_at as occurred_at,
from raw.call
