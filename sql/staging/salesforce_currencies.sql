-- One row per currency of the CRM with its rate of today: so many units of it are one of the corporate currency
-- key: currency
-- feeds: staging.currencies
select
    upper(trim(IsoCode)) as currency,
    ConversionRate as rate,
    coalesce(IsCorporate, false) as is_corporate,
from raw.currency_type
where ConversionRate > 0
qualify row_number() over (partition by upper(trim(IsoCode)) order by SystemModstamp desc, Id) = 1
