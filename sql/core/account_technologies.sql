-- One row per account, technology and source: what third parties have seen there, as last told
-- key: account_id, technology, source
-- Joined by the domain of the website; known since fetched_at, so that a moment before it knows nothing.
select
    accounts.account_id,
    overlays.technology,
    overlays.category,
    overlays.first_seen_on,
    overlays.last_seen_on,
    overlays.source,
    overlays.fetched_at,
from staging.technographics as overlays
cross join config.as_of as setting
inner join core.accounts as accounts on overlays.domain = accounts.domain
where overlays.fetched_at <= setting.as_of
    and not accounts.is_person_account
qualify row_number() over (
    partition by accounts.account_id, overlays.technology, overlays.source order by overlays.fetched_at desc
) = 1
