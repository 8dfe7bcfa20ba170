-- One row per customer, period, source and fetch
-- key: account_id, period_on, source, fetched_at
-- feeds: staging.service_health
select
    account_id,
    period_on,
    source,
    incidents,
    severe_incidents,
    open_incidents,
    minutes_down,
    fetched_at,
from raw.service_health
