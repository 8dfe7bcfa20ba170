-- One row per living lead or contact with its person and its account
-- key: record_id
with

accounts as (
    select record_id, account_id, account_match, known_at
    from core.record_accounts
    qualify row_number() over (partition by record_id order by link_order) = 1
)

select
    links.record_id,
    links.record_kind,
    links.person_id,
    accounts.account_id,
    coalesce(accounts.account_match, 'none') as account_match,
    links.email_normal,
    links.created_at,
    links.joined_at,
    accounts.known_at as account_known_at,
from core.person_links as links
left join accounts on links.record_id = accounts.record_id
