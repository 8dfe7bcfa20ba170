-- One row per account of Pardot prospects that no export of the CRM holds
-- key: account_id
-- feeds: staging.accounts
-- Pardot exports no accounts: what the prospects of one say most often, the alphabet deciding, is said of it.
with

prospects as (
    select prospects.*
    from raw.pardot_prospect as prospects
    anti join staging.crm_accounts as crm_accounts on prospects.crm_account_fid = crm_accounts.account_id
    where prospects.prospect_account_id is not null
        and not coalesce(prospects._fivetran_deleted, false)
),

words as (
    select prospect_account_id, 'name' as fact, nullif(trim(company), '') as value from prospects
    union all
    select prospect_account_id, 'country', country from prospects
    union all
    select prospect_account_id, 'state', state from prospects
    union all
    select prospect_account_id, 'city', city from prospects
    union all
    select prospect_account_id, 'industry', industry from prospects
    union all
    select prospect_account_id, 'employees', employees from prospects
    union all
    select prospect_account_id, 'annual_revenue', annual_revenue from prospects
),

counted as (
    select prospect_account_id, fact, value, count(*) as prospects
    from words
    where value is not null
    group by prospect_account_id, fact, value
),

usual as (
    select prospect_account_id, fact, value
    from counted
    qualify row_number() over (partition by prospect_account_id, fact order by prospects desc, value) = 1
),

-- Apart from the other words: a website is filled in during sales work and must reach no feature.
sites as (
    select prospect_account_id, lower(trim(website)) as site, count(*) as prospects
    from prospects
    where trim(website) <> ''
    group by prospect_account_id, lower(trim(website))
),

websites as (
    select prospect_account_id, site as website
    from sites
    qualify row_number() over (partition by prospect_account_id order by prospects desc, site) = 1
),

facts as (
    select
        prospect_account_id,
        max(value) filter (where fact = 'name') as account_name,
        max(value) filter (where fact = 'country') as country,
        max(value) filter (where fact = 'state') as state,
        max(value) filter (where fact = 'city') as city,
        max(value) filter (where fact = 'industry') as industry,
        max(value) filter (where fact = 'employees') as employees,
        max(value) filter (where fact = 'annual_revenue') as annual_revenue,
    from usual
    group by prospect_account_id
),

times as (
    select prospect_account_id, min(created_at) as created_at, max(updated_at) as updated_at
    from prospects
    group by prospect_account_id
)

select
    'pardot-account-' || times.prospect_account_id as account_id,
    facts.account_name,
    websites.website,
    facts.country,
    facts.state,
    facts.city,
    facts.industry,
    round_int(try_cast(facts.employees as double)) as employees,
    cast(try_cast(facts.annual_revenue as double) as decimal(18, 2)) as annual_revenue,
    false as is_person_account,
    false as is_deleted,
    times.created_at,
    greatest(times.created_at, times.updated_at) as modified_at,
from times
left join facts on times.prospect_account_id = facts.prospect_account_id
left join websites on times.prospect_account_id = websites.prospect_account_id
