-- One row per thing that happened to a marketing mail, as a touch
-- key: source, source_id
-- Opens are weak: mail programs open messages by themselves. Clicks on many links of one message within seconds are a
-- security scanner's; a source may know machines by itself.
with

setting as (
    select channels.burst_links, channels.burst_seconds, as_of.as_of
    from config.channels as channels
    cross join config.as_of as as_of
),

clicks as (
    select email_event_id, email_normal, message_id, link, epoch_s(occurred_at) as second
    from staging.email_events
    where event_type = 'click'
        and email_normal is not null
        and message_id is not null
),

-- Only messages with so many links clicked can hold a burst, and they are few.
suspects as (
    select clicks.email_normal, clicks.message_id
    from clicks
    cross join setting
    group by clicks.email_normal, clicks.message_id, setting.burst_links
    having count(distinct clicks.link) >= setting.burst_links
),

suspect_clicks as (
    select clicks.*
    from clicks
    semi join suspects on clicks.email_normal = suspects.email_normal and clicks.message_id = suspects.message_id
),

bursts as (
    select starts.email_normal, starts.message_id, starts.second, setting.burst_seconds
    from suspect_clicks as starts
    cross join setting
    inner join suspect_clicks as others
        on starts.email_normal = others.email_normal
        and starts.message_id = others.message_id
        and others.second >= starts.second
        and others.second <= starts.second + setting.burst_seconds
    group by starts.email_normal, starts.message_id, starts.second, setting.burst_seconds, setting.burst_links
    having count(distinct others.link) >= setting.burst_links
),

machine_clicks as (
    select distinct clicks.email_event_id
    from suspect_clicks as clicks
    inner join bursts
        on clicks.email_normal = bursts.email_normal
        and clicks.message_id = bursts.message_id
        and clicks.second >= bursts.second
        and clicks.second <= bursts.second + bursts.burst_seconds
)

select
    'email_event' as source,
    events.email_event_id as source_id,
    emails.person_id,
    events.campaign_id,
    events.email_normal,
    'email' as channel,
    'email_' || events.event_type as kind,
    case when events.event_type in ('open', 'click', 'unsubscribe', 'spam_report') then 'inbound' else 'outbound' end
        as direction,
    case when events.event_type in ('open', 'click', 'unsubscribe', 'spam_report') then 'prospect' else 'marketing' end
        as actor,
    coalesce(events.link, campaigns.campaign_name) as subject,
    events.event_type = 'open' as is_weak,
    machine_clicks.email_event_id is not null or coalesce(events.is_machine, false) as is_machine,
    events.occurred_at,
    greatest(events.occurred_at, emails.known_at) as known_at,
    events.occurred_at as created_at,
from staging.email_events as events
cross join setting
left join core.person_emails as emails on events.email_normal = emails.email_normal
left join core.campaigns as campaigns on events.campaign_id = campaigns.campaign_id
left join machine_clicks on events.email_event_id = machine_clicks.email_event_id
where events.occurred_at <= setting.as_of
