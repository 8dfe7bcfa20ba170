-- One row per account and moment at which it is looked at: past landmarks to learn from, the as-of moment to score
-- key: account_id, as_of
-- Left out: person accounts, accounts already won at that moment, and customers, former ones too, whose first win lies before the history.
-- is_worked: whether sales ever came to the account by the end of the label window, or by now. No feature.
with

setting as (
    select * from config.labels where model = 'account_fit'
),

candidates as (
    select
        accounts.account_id,
        accounts.ultimate_parent_id,
        accounts.created_at,
        accounts.first_won_at,
        stable_hash64(accounts.account_id) as hash_value,
    from core.accounts as accounts
    where not accounts.is_person_account
        and not accounts.is_older_customer
),

landmarks as (
    select
        candidates.account_id,
        candidates.ultimate_parent_id,
        days.landmark_at as as_of,
        candidates.first_won_at as outcome_at,
        coalesce(candidates.first_won_at <= add_days(days.landmark_at, setting.horizon_days), false) as label,
        coalesce(
            least(work.first_worked_at, candidates.first_won_at) <= add_days(days.landmark_at, setting.horizon_days), false
        ) as is_worked,
    from candidates
    cross join setting
    inner join spine.days as days
        on (candidates.hash_value + days.day_number) % nullif(setting.landmark_every_days, 0) = 0
        and days.history_days >= setting.min_history_days
        and days.landmark_at >= candidates.created_at
        and (candidates.first_won_at is null or candidates.first_won_at > days.landmark_at)
    cross join spine.observation as observation
    left join core.first_work as work on work.unit = 'account' and candidates.account_id = work.unit_id
    where add_days(days.landmark_at, setting.horizon_days + setting.reporting_lag_days) <= observation.known_until
),

to_score as (
    select
        candidates.account_id,
        candidates.ultimate_parent_id,
        config.as_of.as_of,
        coalesce(work.first_worked_at <= config.as_of.as_of, false) as is_worked,
    from candidates
    cross join config.as_of
    left join core.first_work as work on work.unit = 'account' and candidates.account_id = work.unit_id
    where candidates.first_won_at is null or candidates.first_won_at > config.as_of.as_of
)

select
    account_id,
    as_of,
    'train' as purpose,
    ultimate_parent_id as group_id,
    label,
    safe_div(1, count(*) over (partition by account_id)) as weight,
    outcome_at,
    is_worked,
from landmarks
union all
select
    account_id,
    as_of,
    'score' as purpose,
    ultimate_parent_id as group_id,
    cast(null as boolean) as label,
    cast(null as double) as weight,
    cast(null as timestamp) as outcome_at,
    is_worked,
from to_score
