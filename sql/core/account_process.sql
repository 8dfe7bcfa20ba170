-- One row per entry of an account into a step from first activity to first win
-- key: unit_id, entry_number
-- Only what is on record: an account with an opportunity and no touch has no activity, whatever must have come before.
with

touched as (
    select
        account_id,
        min(occurred_at) as first_touch_at,
        min(occurred_at) filter (where actor = 'prospect' and not is_weak and not is_machine) as first_event_at,
    from core.touches
    where account_id is not null
    group by account_id
),

-- The way to the first win: renewals and other business with customers come after it. Amounts of several currencies that
-- nothing converts, or of one that is not known beside one that is, are no sum.
deals as (
    select
        account_id,
        min(created_at) as first_deal_at,
        min(closed_at) filter (where outcome = 'won') as first_won_at,
        max(closed_at) as last_closed_at,
        count(*) filter (where outcome = 'open') as open_deals,
        sum(reported_amount) as amount,
        sum(reported_amount) filter (where outcome = 'won') as amount_won,
        min(reported_currency) filter (where reported_amount is not null) as currency,
        count(distinct coalesce(reported_currency, 'unknown')) filter (where reported_amount is not null) as currencies,
    from core.opportunities
    where account_id is not null
        and is_new_business
    group by account_id
),

moments as (
    select
        accounts.account_id,
        accounts.is_backfilled,
        touched.first_touch_at as activity_at,
        touched.first_event_at as event_at,
        deals.first_deal_at as deal_at,
        deals.first_won_at,
        case when deals.first_won_at is null and deals.open_deals = 0 then deals.last_closed_at end as lost_at,
        case when deals.currencies = 1 then deals.amount end as amount,
        case when deals.currencies = 1 then deals.amount_won end as amount_won,
        case when deals.currencies > 1 then 'mixed' else deals.currency end as currency,
    from core.accounts as accounts
    left join touched on accounts.account_id = touched.account_id
    left join deals on accounts.account_id = deals.account_id
    where not accounts.is_person_account
),

steps as (
    select
        account_id, 1 as entry_number, 'activity' as step, activity_at as entered_at,
        least(event_at, deal_at) as exited_at,
        case when event_at is not null or deal_at is not null then 'advanced' end as exit_kind,
        cast(null as decimal(18, 2)) as amount, cast(null as varchar) as currency, cast(null as varchar) as outcome,
        not is_backfilled as has_known_times,
    from moments
    where activity_at is not null
    union all
    select
        account_id, 2, 'event', event_at, deal_at,
        case when deal_at is not null then 'advanced' end,
        null, null, null,
        not is_backfilled,
    from moments
    where event_at is not null
    union all
    select
        account_id, 3, 'opportunity', deal_at, coalesce(first_won_at, lost_at),
        case when first_won_at is not null then 'advanced' when lost_at is not null then 'lost' end,
        case when first_won_at is not null then amount_won else amount end, currency,
        case when first_won_at is not null then 'won' when lost_at is not null then 'lost' else 'open' end,
        not is_backfilled,
    from moments
    where deal_at is not null
)

select
    'account' as unit,
    account_id as unit_id,
    entry_number,
    step,
    entry_number as step_order,
    entered_at,
    exited_at,
    exit_kind,
    has_known_times,
    amount,
    currency,
    outcome,
from steps
