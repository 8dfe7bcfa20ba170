-- One row per account, with its family and what it is to us at the as-of moment
-- key: account_id
-- The way up a family starts from the tops: an account in or below a circle of parents is its own ultimate parent. An
-- older customer was won before the history: its Type says so without a win, or its first win is no new business. That a
-- customer left is said by its Type, unless it bought after the record was last changed.
with recursive

setting as (
    select process.customer_days, process.relationship_without_type, as_of.as_of
    from config.process as process
    cross join config.as_of as as_of
),

living as (
    select
        accounts.* exclude (parent_id, is_person_account),
        coalesce(survivors.survivor_id, accounts.parent_id) as parent_id,
        accounts.is_person_account or coalesce(record_types.is_person_type, false) as is_person_account,
        record_types.record_type,
        setting.as_of,
        setting.customer_days,
        setting.relationship_without_type,
    from staging.accounts as accounts
    cross join setting
    left join core.survivors as survivors on accounts.parent_id = survivors.record_id
    left join staging.record_types as record_types on accounts.record_type_id = record_types.record_type_id
    where not accounts.is_deleted
        and accounts.created_at <= setting.as_of
),

families as (
    select accounts.account_id, accounts.account_id as ultimate_parent_id
    from living as accounts
    left join living as parents on accounts.parent_id = parents.account_id
    where parents.account_id is null
    union all
    select accounts.account_id, families.ultimate_parent_id
    from living as accounts
    inner join families on accounts.parent_id = families.account_id
),

deals as (
    select
        account_id,
        min(closed_at) filter (where outcome = 'won') as first_won_at,
        max(closed_at) filter (where outcome = 'won') as last_won_at,
        min(closed_at) filter (where outcome = 'won' and is_new_business) as first_new_won_at,
        count(*) filter (where outcome = 'open') as open_opportunities,
    from core.opportunities
    group by account_id
),

account_types as (
    select lower(account_type) as account_type, min(relationship) as relationship
    from config.account_types
    group by lower(account_type)
)

select
    living.account_id,
    living.parent_id,
    coalesce(families.ultimate_parent_id, living.account_id) as ultimate_parent_id,
    living.owner_id,
    users.user_name as owner_name,
    living.account_name,
    website_domain(living.website) as domain,
    living.website,
    living.phone,
    living.country,
    living.state,
    living.city,
    living.industry,
    living.employees,
    coalesce(cast(safe_div(living.annual_revenue, rates.rate) as decimal(18, 2)), living.annual_revenue) as annual_revenue,
    living.account_type,
    living.account_source,
    living.record_type,
    living.is_person_account,
    case
        when account_types.relationship = 'competitor' then 'competitor'
        when account_types.relationship = 'former' and not coalesce(deals.last_won_at > living.modified_at, false)
        then 'former'
        when days_between(deals.last_won_at, living.as_of) <= living.customer_days then 'customer'
        when deals.last_won_at is not null and coalesce(account_types.relationship, '') <> 'customer' then 'former'
        when living.account_type is null then living.relationship_without_type
        else coalesce(account_types.relationship, 'unknown')
    end as relationship,
    coalesce(deals.open_opportunities, 0) as open_opportunities,
    coalesce(deals.open_opportunities, 0) > 0 as has_open_opportunity,
    backfills.object is not null as is_backfilled,
    living.created_at,
    living.modified_at,
    deals.first_won_at,
    deals.last_won_at,
    coalesce(
        deals.first_won_at < coalesce(deals.first_new_won_at, timestamp '9999-12-31 00:00:00'),
        coalesce(
            account_types.relationship, case when living.account_type is null then living.relationship_without_type end
        ) in ('customer', 'former'),
        false
    ) as is_older_customer,
from living
left join families on living.account_id = families.account_id
left join deals on living.account_id = deals.account_id
left join core.currency_rates as rates
    on living.currency = rates.currency
    and cast(living.created_at as date) >= rates.from_on
    and cast(living.created_at as date) < rates.until_on
left join core.users as users on living.owner_id = users.user_id
left join account_types on lower(trim(living.account_type)) = account_types.account_type
left join core.backfills as backfills
    on backfills.object = 'account' and minute_start(living.created_at) = backfills.minute_at
