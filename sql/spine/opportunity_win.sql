-- One row per new-business opportunity and moment at which it was open: past landmarks to learn from, the as-of moment to score
-- key: opportunity_id, as_of
-- Every stretch in a won or lost stage is left out, whatever came of it later. A deal that nobody closes stays and was not
-- won. Opportunities of one family of accounts are one group.
with

setting as (
    select * from config.labels where model = 'opportunity_win'
),

candidates as (
    select
        opportunities.opportunity_id,
        coalesce(accounts.ultimate_parent_id, opportunities.account_id, opportunities.opportunity_id) as group_id,
        opportunities.outcome,
        opportunities.created_at,
        opportunities.closed_at,
        case when opportunities.outcome = 'won' then opportunities.closed_at end as won_at,
        stable_hash64(opportunities.opportunity_id) as hash_value,
    from core.opportunities as opportunities
    left join core.accounts as accounts on opportunities.account_id = accounts.account_id
    where opportunities.is_new_business
),

closings as (
    select
        stages.opportunity_id,
        stages.entered_at as closed_at,
        coalesce(stages.left_at, timestamp '9999-12-31 00:00:00') as reopened_at,
    from core.opportunity_stages as stages
    inner join core.stage_outcomes as outcomes on stages.stage = outcomes.stage
    where outcomes.outcome <> 'open'
        and stages.entered_at is not null
),

landmarks as (
    select
        candidates.opportunity_id,
        candidates.group_id,
        candidates.won_at as outcome_at,
        days.landmark_at as as_of,
        coalesce(candidates.won_at <= add_days(days.landmark_at, setting.horizon_days), false) as label,
    from candidates
    cross join setting
    inner join spine.days as days
        on (candidates.hash_value + days.day_number) % nullif(setting.landmark_every_days, 0) = 0
        and days.history_days >= setting.min_history_days
        and days.landmark_at >= candidates.created_at
        and days.landmark_at <= coalesce(
            add_days(candidates.created_at, setting.max_age_days), timestamp '9999-12-31 00:00:00'
        )
        and (candidates.closed_at is null or candidates.closed_at > days.landmark_at)
    cross join spine.observation as observation
    anti join closings
        on candidates.opportunity_id = closings.opportunity_id
        and days.landmark_at >= closings.closed_at
        and days.landmark_at < closings.reopened_at
    where add_days(days.landmark_at, setting.horizon_days + setting.reporting_lag_days) <= observation.known_until
),

to_score as (
    select candidates.opportunity_id, candidates.group_id, config.as_of.as_of
    from candidates
    cross join setting
    cross join config.as_of
    where candidates.outcome = 'open'
        and config.as_of.as_of <= coalesce(
            add_days(candidates.created_at, setting.max_age_days), timestamp '9999-12-31 00:00:00'
        )
)

select
    opportunity_id,
    as_of,
    'train' as purpose,
    group_id,
    label,
    safe_div(1, count(*) over (partition by opportunity_id)) as weight,
    outcome_at,
from landmarks
union all
select
    opportunity_id,
    as_of,
    'score' as purpose,
    group_id,
    cast(null as boolean) as label,
    cast(null as double) as weight,
    cast(null as timestamp) as outcome_at,
from to_score
