-- One row per opportunity and moment with what its record said then: stage, close date, amount, who owned it, whose it was
-- key: opportunity_id, as_of
-- Only versions of the record that are known to have existed then are read: without one a value is unknown, whatever the
-- record says today. A stage that was entered before its past is known began nobody knows when. Without a known owner the
-- deal counts as its maker's, without another known account as that of today.
with

moments as (
    select
        spine.opportunity_id,
        spine.as_of,
        opportunities.account_id,
        opportunities.currency,
        opportunities.created_at,
        records.created_by_id,
    from spine.opportunity_win as spine
    inner join core.opportunities as opportunities on spine.opportunity_id = opportunities.opportunity_id
    inner join staging.opportunities as records on spine.opportunity_id = records.opportunity_id
),

versions as (
    select
        history.record_id as opportunity_id,
        history.attribute,
        history.value,
        ladder.percent,
        history.from_at,
        coalesce(history.until_at, timestamp '9999-12-31 00:00:00') as until_at,
        try_cast(history.value as date) as planned_on,
        lag(history.from_at) over earlier as earlier_at,
        lag(ladder.percent) over earlier as earlier_percent,
        lag(try_cast(history.value as date)) over earlier as earlier_planned_on,
    from core.attribute_history as history
    inner join core.opportunities as opportunities on history.record_id = opportunities.opportunity_id
    left join core.stage_ladder as ladder
        on history.attribute = 'stage'
        and coalesce(opportunities.record_type, '') = ladder.process
        and history.value = ladder.stage
    where history.record_of = 'opportunity'
        and history.attribute in ('stage', 'close_on', 'amount', 'probability', 'owner_id', 'account_id')
    window earlier as (partition by history.record_id, history.attribute order by history.from_at)
),

known as (
    select
        moments.opportunity_id,
        moments.as_of,
        max(value) filter (where attribute = 'stage' and until_at > as_of) as stage,
        max(percent) filter (where attribute = 'stage' and until_at > as_of) as stage_percent,
        max(from_at) filter (
            where attribute = 'stage' and until_at > as_of and (earlier_at is not null or from_at = created_at)
        ) as stage_at,
        max(planned_on) filter (where attribute = 'close_on' and until_at > as_of) as planned_on,
        max(value) filter (where attribute = 'amount' and until_at > as_of) as amount,
        max(value) filter (where attribute = 'probability' and until_at > as_of) as probability,
        max(value) filter (where attribute = 'owner_id' and until_at > as_of) as owner_id,
        max(value) filter (where attribute = 'account_id' and until_at > as_of) as account_id,
        count(*) filter (where attribute = 'stage') as told_stages,
        count(*) filter (where attribute = 'stage' and percent > earlier_percent) as steps_forward,
        count(*) filter (where attribute = 'stage' and percent < earlier_percent) as steps_back,
        count(*) filter (where attribute = 'close_on') as told_plans,
        count(*) filter (where attribute = 'close_on' and planned_on > earlier_planned_on) as close_pushes,
        sum(date_diff('day', earlier_planned_on, planned_on)) filter (
            where attribute = 'close_on' and planned_on > earlier_planned_on
        ) as close_days_pushed,
    from moments
    inner join versions
        on moments.opportunity_id = versions.opportunity_id
        and versions.from_at <= moments.as_of
    group by moments.opportunity_id, moments.as_of
)

select
    moments.opportunity_id,
    moments.as_of,
    known.stage,
    known.stage_percent,
    try_cast(known.probability as double) as probability,
    days_between(known.stage_at, moments.as_of) as stage_days,
    case when known.told_stages > 0 then known.steps_forward end as steps_forward,
    case when known.told_stages > 0 then known.steps_back end as steps_back,
    case when known.told_plans > 0 then known.close_pushes end as close_pushes,
    case when known.told_plans > 0 then coalesce(known.close_days_pushed, 0) end as close_days_pushed,
    date_diff('day', cast(moments.as_of as date), known.planned_on) as days_to_close,
    coalesce(safe_div(known.amount, rates.rate), try_cast(known.amount as double)) as amount,
    coalesce(known.owner_id, moments.created_by_id) as owner_id,
    coalesce(survivors.survivor_id, known.account_id, moments.account_id) as account_id,
from moments
left join known on moments.opportunity_id = known.opportunity_id and moments.as_of = known.as_of
left join core.survivors as survivors on known.account_id = survivors.record_id
left join core.currency_rates as rates
    on moments.currency = rates.currency
    and cast(moments.as_of as date) >= rates.from_on
    and cast(moments.as_of as date) < rates.until_on
