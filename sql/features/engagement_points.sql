-- One row per person with the engagement points that what it did, or took part in, is worth today
-- key: person_id
-- Points fade by half-lives and are capped per kind of action; both stand in the playbook and count retroactively. The
-- newest actions count up to the cap, so that an old one never lowers what a new one is worth. Refusals are no actions.
with

now as (
    select as_of from config.as_of
),

actions as (
    select
        touches.person_id,
        touches.kind,
        touches.is_hand_raise,
        touches.is_weak,
        touches.occurred_at,
        days_between(touches.occurred_at, now.as_of) as days_ago,
    from core.touches as touches
    cross join now
    where touches.person_id is not null
        and touches.occurred_at <= now.as_of
        and not touches.is_machine
        -- What the playbook gives points for counts whoever wrote it down: a meeting is held by both sides.
        and (touches.actor = 'prospect' or touches.kind in (select kind from config.engagement_points))
        and touches.kind not in ('email_unsubscribe', 'email_spam_report')
),

worth as (
    select
        actions.person_id,
        actions.kind,
        actions.occurred_at,
        points.points * half_life(actions.days_ago, points.half_life_days) as faded,
        safe_div(points.cap, points.points) - row_number() over (
            partition by actions.person_id, actions.kind order by actions.occurred_at desc
        ) as actions_left_under_cap,
    from actions
    inner join config.engagement_points as points on actions.kind = points.kind
),

by_kind as (
    select
        person_id,
        kind,
        count(*) as times,
        max(occurred_at) as last_at,
        sum(cast(faded * least(1, greatest(0, 1 + actions_left_under_cap)) as decimal(18, 6))) as points,
    from worth
    group by person_id, kind
),

totals as (
    select
        person_id,
        sum(points) as points,
    from by_kind
    group by person_id
),

raised_hands as (
    select
        person_id,
        max(occurred_at) filter (where is_hand_raise) as last_hand_raise_at,
        max(occurred_at) filter (where not is_weak) as last_action_at,
    from actions
    group by person_id
),

strongest as (
    select
        person_id,
        list_transform(
            list_sort(list(struct_pack(
                place := place,
                words := replace(kind, '_', ' ') || ' ' || cast(times as varchar) || 'x, last on '
                    || cast(cast(last_at as date) as varchar)
            ))),
            lambda item: item.words
        ) as reasons,
    from (
        select
            *,
            row_number() over (partition by person_id order by points desc, kind) as place,
        from by_kind
    ) as ranked
    where place <= 3
    group by person_id
)

select
    raised_hands.person_id,
    cast(coalesce(totals.points, 0) as double) as engagement_points,
    strongest.reasons,
    raised_hands.last_hand_raise_at,
    raised_hands.last_action_at,
from raised_hands
left join totals on raised_hands.person_id = totals.person_id
left join strongest on raised_hands.person_id = strongest.person_id
