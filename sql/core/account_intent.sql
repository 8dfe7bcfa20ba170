-- One row per account, topic, week and source: how much its people read up on it, as last told
-- key: account_id, topic, week_on, source
-- Joined by the domain of the website; known since fetched_at, so that a moment before it knows nothing.
select
    accounts.account_id,
    overlays.topic,
    overlays.week_on,
    overlays.score,
    overlays.source,
    overlays.fetched_at,
from staging.intents as overlays
cross join config.as_of as setting
inner join core.accounts as accounts on overlays.domain = accounts.domain
where overlays.fetched_at <= setting.as_of
    and not accounts.is_person_account
qualify row_number() over (
    partition by accounts.account_id, overlays.topic, overlays.week_on, overlays.source order by overlays.fetched_at desc
) = 1
