-- One row per person and span of time in which the house took it to belong to one account
-- key: person_id, from_at
-- The newest knowledge counts; of what became known at one moment, the CRM's own link before the e-mail domain.
with

links as (
    select records.person_id, accounts.account_id, accounts.known_at, accounts.link_order, accounts.record_id
    from core.record_accounts as accounts
    inner join core.person_links as records on accounts.record_id = records.record_id
),

-- A guess by domain never replaces what the CRM said before.
told as (
    select person_id, min(known_at) as told_at
    from links
    where link_order < 3
    group by person_id
),

moments as (
    select links.person_id, links.account_id, links.known_at
    from links
    left join told on links.person_id = told.person_id
    where links.link_order < 3 or told.told_at is null or links.known_at < told.told_at
    qualify row_number() over (
        partition by links.person_id, links.known_at order by links.link_order, links.record_id
    ) = 1
),

changes as (
    select moments.*
    from moments
    qualify account_id is distinct from lag(account_id) over (partition by person_id order by known_at)
)

select
    person_id,
    account_id,
    known_at as from_at,
    coalesce(
        lead(known_at) over (partition by person_id order by known_at), timestamp '9999-12-31 00:00:00'
    ) as until_at,
from changes
