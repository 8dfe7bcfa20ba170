-- One row per currency and span of days with its rate: so many units of it are one of the corporate currency
-- key: currency, from_on
-- The dated rate, where there is one; before the first one, and without any, the rate of today. Nothing is converted
-- when the extract does not name the one corporate currency.
with

corporate as (
    select min(currency) as corporate_currency
    from staging.currencies
    where is_corporate
    having count(*) = 1
),

dated as (
    select
        rates.currency,
        rates.from_on,
        coalesce(
            lead(rates.from_on) over (partition by rates.currency order by rates.from_on), date '9999-12-31'
        ) as until_on,
        rates.rate,
    from staging.dated_rates as rates
    cross join config.as_of as setting
    where rates.created_at <= setting.as_of
),

spans as (
    select currency, from_on, until_on, rate, 'dated' as rate_kind
    from dated
    union all
    select
        currencies.currency,
        date '1900-01-01' as from_on,
        coalesce(min(dated.from_on), date '9999-12-31') as until_on,
        currencies.rate,
        'static' as rate_kind,
    from staging.currencies as currencies
    left join dated on currencies.currency = dated.currency
    group by currencies.currency, currencies.rate
)

select
    spans.currency,
    spans.from_on,
    spans.until_on,
    spans.rate,
    spans.rate_kind,
    corporate.corporate_currency,
from spans
cross join corporate
where spans.from_on < spans.until_on
