-- One row per task done or meeting held, as a touch
-- key: source, source_id
-- A task counts at the moment it was completed, else at the end of its day but no later than its last change, before
-- which nobody knew that it was done. A meeting counts from its start, and only once it has ended. Series stand for their
-- single dates, which are records themselves.
with

setting as (
    select calendar.zone, as_of.as_of
    from config.calendar as calendar
    cross join config.as_of as as_of
),

kinds as (
    select lower(task_type) as task_type, min(kind) as kind, min(channel) as channel
    from config.task_types
    group by lower(task_type)
),

tasks as (
    select
        'task' as source,
        tasks.task_id as source_id,
        tasks.who_id,
        tasks.what_id,
        coalesce(by_subtype.kind, by_type.kind, 'task') as kind,
        coalesce(by_subtype.channel, by_type.channel, 'other') as channel,
        lower(coalesce(tasks.call_type, '')) = 'inbound' as is_inbound,
        tasks.subject,
        coalesce(
            tasks.completed_at,
            case
                when tasks.activity_on is not null
                then least(day_end_at(tasks.activity_on, setting.zone), tasks.modified_at)
            end,
            tasks.created_at
        ) as occurred_at,
        cast(null as timestamp) as ended_at,
        case when tasks.completed_at is null then tasks.modified_at end as known_done_at,
        tasks.created_at,
        tasks.modified_at,
    from staging.tasks as tasks
    cross join setting
    left join kinds as by_subtype on lower(tasks.task_subtype) = by_subtype.task_type
    left join kinds as by_type on lower(tasks.task_type) = by_type.task_type
    where coalesce(tasks.is_closed, lower(tasks.status) = 'completed', false)
        and not tasks.is_deleted
        and not tasks.is_series
),

meetings as (
    select
        'event' as source,
        events.event_id as source_id,
        events.who_id,
        events.what_id,
        'meeting' as kind,
        'meeting' as channel,
        false as is_inbound,
        events.subject,
        coalesce(
            case when not events.is_all_day then events.start_at end, day_end_at(events.activity_on, setting.zone)
        ) as occurred_at,
        case when not events.is_all_day then events.end_at end as ended_at,
        cast(null as timestamp) as known_done_at,
        events.created_at,
        events.modified_at,
    from staging.events as events
    cross join setting
    where not events.is_deleted
        and not events.is_series
        and not events.is_child
),

activities as (
    select * from tasks
    union all
    select * from meetings
),

tied as (
    select
        activities.*,
        greatest(occurred_at, ended_at, known_done_at, created_at) as tied_at,
    from activities
)

select
    tied.source,
    tied.source_id,
    tied.who_id,
    coalesce(survivors.survivor_id, tied.who_id) as record_id,
    links.person_id,
    case when starts_with(tied.what_id, '001') or others.kind = 'account' then coalesce(what.survivor_id, tied.what_id) end
        as account_id,
    case when starts_with(tied.what_id, '006') or others.kind = 'opportunity' then tied.what_id end as opportunity_id,
    case when starts_with(tied.what_id, '701') then tied.what_id end as campaign_id,
    tied.channel,
    tied.kind,
    case when tied.is_inbound then 'inbound' else 'outbound' end as direction,
    case when tied.is_inbound then 'prospect' else 'sales' end as actor,
    tied.subject,
    tied.known_done_at is null as is_dated,
    tied.occurred_at,
    tied.tied_at,
    greatest(
        tied.tied_at,
        survivors.merged_at,
        -- What was there before the contact came from the lead by conversion, and was the lead's all along.
        case when tied.created_at >= links.created_at then links.joined_at end
    ) as known_at,
    tied.created_at,
    tied.modified_at,
from tied
cross join setting
left join core.survivors as survivors on tied.who_id = survivors.record_id
left join core.person_links as links on coalesce(survivors.survivor_id, tied.who_id) = links.record_id
left join core.survivors as what on tied.what_id = what.record_id
left join core.named_records as others on tied.what_id = others.record_id
where tied.tied_at <= setting.as_of
