-- One row per opportunity and moment with what had passed between the house and its account by then, and what was planned
-- key: opportunity_id, as_of
-- What sales did is looked at here: a deal is in its hands, and how it is worked tells how it goes. A task counts as
-- planned from its creation until it is done.
with

moments as (
    select opportunity_id, as_of, account_id from features.opportunity_states
),

of_accounts as (
    select
        moments.opportunity_id,
        moments.as_of,
        touches.touch_id,
        touches.actor,
        touches.kind,
        touches.channel,
        touches.is_weak,
        touches.occurred_at,
    from moments
    inner join core.touches as touches
        on moments.account_id = touches.account_id
        and touches.occurred_at <= moments.as_of
        and touches.occurred_at > add_days(moments.as_of, -90)
        and touches.known_at <= moments.as_of
    where not touches.is_machine
),

counts as (
    select
        opportunity_id,
        as_of,
        count(*) filter (where actor = 'prospect' and not is_weak and occurred_at > add_days(as_of, -7)) as actions_7d,
        count(*) filter (where actor = 'prospect' and not is_weak and occurred_at > add_days(as_of, -30)) as actions_30d,
        count(*) filter (where actor = 'prospect' and not is_weak) as actions_90d,
        count(*) filter (where actor = 'sales' and occurred_at > add_days(as_of, -7)) as sales_touches_7d,
        count(*) filter (where actor = 'sales' and occurred_at > add_days(as_of, -30)) as sales_touches_30d,
        count(*) filter (where actor = 'sales') as sales_touches_90d,
        count(*) filter (where kind = 'meeting') as meetings_90d,
        cast(floor(min(days_between(occurred_at, as_of)) filter (where not is_weak)) as bigint) as days_since_last_touch,
    from of_accounts
    group by opportunity_id, as_of
),

plans as (
    select moments.opportunity_id, moments.as_of, count(*) as planned_tasks
    from moments
    inner join staging.tasks as tasks
        on moments.opportunity_id = tasks.what_id
        and tasks.created_at <= moments.as_of
        and (tasks.completed_at > moments.as_of or (tasks.completed_at is null and not coalesce(tasks.is_closed, false)))
    where not tasks.is_deleted
        and not tasks.is_series
    group by moments.opportunity_id, moments.as_of
)

select
    moments.opportunity_id,
    moments.as_of,
    coalesce(counts.actions_7d, 0) as actions_7d,
    coalesce(counts.actions_30d, 0) as actions_30d,
    coalesce(counts.actions_90d, 0) as actions_90d,
    coalesce(counts.sales_touches_7d, 0) as sales_touches_7d,
    coalesce(counts.sales_touches_30d, 0) as sales_touches_30d,
    coalesce(counts.sales_touches_90d, 0) as sales_touches_90d,
    coalesce(counts.meetings_90d, 0) as meetings_90d,
    counts.days_since_last_touch,
    coalesce(plans.planned_tasks, 0) as planned_tasks,
from moments
left join counts on moments.opportunity_id = counts.opportunity_id and moments.as_of = counts.as_of
left join plans on moments.opportunity_id = plans.opportunity_id and moments.as_of = plans.as_of
