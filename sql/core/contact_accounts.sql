-- One row per contact and living account that it belongs to: its own one, and further ones that the CRM names
-- key: contact_id, account_id
-- A relation that has ended, has not begun, or is not active is there no more. Merged accounts and contacts are those
-- that live on.
with

setting as (
    select as_of.as_of, local_date(as_of.as_of, calendar.zone) as today
    from config.as_of as as_of
    cross join config.calendar as calendar
),

relations as (
    select contact_id, account_id, cast(null as varchar) as roles, true as is_own, created_at as since_at
    from core.contacts
    where account_id is not null
    union all
    select relations.contact_id, relations.account_id, relations.roles, false, relations.created_at
    from staging.contact_accounts as relations
    cross join setting
    where not relations.is_deleted
        and coalesce(relations.is_active, true)
        and relations.created_at <= setting.as_of
        and coalesce(relations.start_on <= setting.today, true)
        and coalesce(relations.end_on >= setting.today, true)
),

living as (
    select
        contacts.contact_id,
        contacts.person_id,
        accounts.account_id,
        relations.roles,
        relations.is_own,
        relations.since_at,
    from relations
    left join core.survivors as merged on relations.contact_id = merged.record_id
    left join core.survivors as joined on relations.account_id = joined.record_id
    inner join core.contacts as contacts on coalesce(merged.survivor_id, relations.contact_id) = contacts.contact_id
    inner join core.accounts as accounts on coalesce(joined.survivor_id, relations.account_id) = accounts.account_id
)

select
    contact_id,
    account_id,
    min(person_id) as person_id,
    max(roles) as roles,
    bool_or(is_own) as is_own,
    min(since_at) as since_at,
from living
group by contact_id, account_id
