-- One row per e-mail domain that names one company, with the account that stands for it
-- key: domain
-- Free mail names nobody; a domain whose accounts belong to several unrelated companies names none of them. Within one
-- family the ultimate parent stands for the domain when it has it, else the account that was there first.
with

candidates as (
    select accounts.domain, accounts.account_id, accounts.ultimate_parent_id, accounts.created_at
    from core.accounts as accounts
    left join config.free_mail_domains as free_mail on accounts.domain = free_mail.domain
    where accounts.domain is not null
        and free_mail.domain is null
        and not accounts.is_person_account
),

families as (
    select domain
    from candidates
    group by domain
    having count(distinct ultimate_parent_id) = 1
)

select
    candidates.domain,
    candidates.account_id,
    candidates.created_at as known_at,
from candidates
inner join families on candidates.domain = families.domain
qualify row_number() over (
    partition by candidates.domain
    order by
        case when candidates.account_id = candidates.ultimate_parent_id then 1 else 2 end,
        candidates.created_at,
        candidates.account_id
) = 1
