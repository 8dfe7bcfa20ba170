-- One row per opportunity with its amount as it stood at the as-of moment, in its own and in the corporate currency
-- key: opportunity_id
-- A record that changed after that moment takes the amount from its history. The rate is that of the close date; the
-- amount that is reported is the corporate one where the extract holds the rates. A shrinking deal has a negative one.
with

setting as (
    select calendar.currency, as_of.as_of
    from config.calendar as calendar
    cross join config.as_of as as_of
),

histories as (
    select
        history.opportunity_id,
        max(struct_pack(
            changed_at := history.changed_at,
            id := history.opportunity_history_id,
            amount := history.amount,
            probability := history.probability
        )) as latest,
    from staging.opportunity_history as history
    cross join setting
    where history.changed_at <= setting.as_of
    group by history.opportunity_id
),

states as (
    select
        opportunities.opportunity_id,
        case when opportunities.modified_at <= setting.as_of then opportunities.amount else histories.latest.amount end
            as amount,
        case
            when opportunities.modified_at <= setting.as_of then opportunities.probability
            else histories.latest.probability
        end as probability,
        coalesce(opportunities.currency, setting.currency) as currency,
        coalesce(opportunities.close_on, cast(opportunities.created_at as date)) as rate_on,
    from staging.opportunities as opportunities
    cross join setting
    left join histories on opportunities.opportunity_id = histories.opportunity_id
    where not opportunities.is_deleted
        and opportunities.created_at <= setting.as_of
),

converted as (
    select
        states.*,
        cast(safe_div(states.amount, rates.rate) as decimal(18, 2)) as amount_corporate,
        rates.corporate_currency,
        rates.rate_kind,
    from states
    left join core.currency_rates as rates
        on states.currency = rates.currency
        and states.rate_on >= rates.from_on
        and states.rate_on < rates.until_on
)

select
    opportunity_id,
    amount,
    probability,
    currency,
    amount_corporate,
    corporate_currency,
    rate_kind,
    coalesce(amount_corporate, amount) as reported_amount,
    case when amount_corporate is not null then corporate_currency else currency end as reported_currency,
from converted
