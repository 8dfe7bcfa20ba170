-- One row per currency and day from which a dated rate holds: so many units of it are one of the corporate currency
-- key: currency, from_on
-- feeds: staging.dated_rates
select
    upper(trim(IsoCode)) as currency,
    StartDate as from_on,
    ConversionRate as rate,
    CreatedDate as created_at,
from raw.dated_conversion_rate
where ConversionRate > 0
qualify row_number() over (partition by upper(trim(IsoCode)), StartDate order by SystemModstamp desc, Id) = 1
