-- One row per person with the newest touches in words and the attempts of sales
-- key: person_id
-- An attempt is a call or a mail by sales; a meeting held is more than one, other tasks are none.
with

settings as (
    select targets.attempts_within_days, config.as_of.as_of
    from config.targets as targets
    cross join config.as_of
),

touches as (
    select
        touches.*,
        touches.actor = 'sales'
        and touches.kind in ('call', 'call_attempt', 'call_refused', 'task_email')
        and touches.direction = 'outbound'
        and touches.occurred_at > add_days(settings.as_of, -settings.attempts_within_days) as is_attempt,
        row_number() over (partition by touches.person_id order by touches.occurred_at desc, touches.touch_id) as place,
    from core.touches as touches
    cross join settings
    where touches.person_id is not null
        and touches.occurred_at <= settings.as_of
),

newest as (
    select
        person_id,
        list_transform(
            list_sort(list(struct_pack(
                place := place,
                words := cast(cast(occurred_at as date) as varchar) || ' ' || replace(kind, '_', ' ')
                    || coalesce(': ' || subject, '')
            ))),
            lambda item: item.words
        ) as last_touches,
    from touches
    where place <= 5
    group by person_id
),

attempts as (
    select person_id, count(*) as attempts, max(occurred_at) as last_attempt_at
    from touches
    where is_attempt
    group by person_id
)

select
    newest.person_id,
    newest.last_touches,
    coalesce(attempts.attempts, 0) as attempts,
    attempts.last_attempt_at,
from newest
left join attempts on newest.person_id = attempts.person_id
