-- One row per account, period and source: incidents and time without service, as last told
-- key: account_id, period_on, source
-- Of a merged account the survivor: what two accounts suffered in one period adds up.
with

fetches as (
    select overlays.*
    from staging.service_health as overlays
    cross join config.as_of as setting
    where overlays.fetched_at <= setting.as_of
    qualify row_number() over (
        partition by overlays.account_id, overlays.period_on, overlays.source order by overlays.fetched_at desc
    ) = 1
)

select
    accounts.account_id,
    fetches.period_on,
    cast(sum(fetches.incidents) as bigint) as incidents,
    cast(sum(fetches.severe_incidents) as bigint) as severe_incidents,
    cast(sum(fetches.open_incidents) as bigint) as open_incidents,
    cast(sum(cast(fetches.minutes_down as decimal(18, 2))) as double) as minutes_down,
    fetches.source,
    max(fetches.fetched_at) as fetched_at,
from fetches
left join core.survivors as survivors on fetches.account_id = survivors.record_id
inner join core.accounts as accounts on coalesce(survivors.survivor_id, fetches.account_id) = accounts.account_id
group by accounts.account_id, fetches.period_on, fetches.source
