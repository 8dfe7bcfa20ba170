-- One row per account record, deleted and merged ones too, and stretch of time in which its words were the same
-- key: record_id, from_at
-- A word that somebody corrected later stands as it was; one that never changed is what the account came with.
with

moments as (
    select record_id, from_at from core.former_values where record_of = 'account'
    union
    select record_id, timestamp '1900-01-01 00:00:00' from core.former_values where record_of = 'account'
),

stretches as (
    select
        record_id,
        from_at,
        lead(from_at, 1, timestamp '9999-12-31 00:00:00') over (partition by record_id order by from_at) as until_at,
    from moments
),

-- A word that was blank then is one all the same: a structure around nothing.
former as (
    select
        stretches.record_id,
        stretches.from_at,
        stretches.until_at,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'website') as website,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'industry') as industry,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'employees') as employees,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'annual_revenue') as annual_revenue,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'country') as country,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'account_source') as account_source,
    from stretches
    inner join core.former_values as former
        on former.record_of = 'account'
        and stretches.record_id = former.record_id
        and stretches.from_at >= former.from_at
        and stretches.from_at < former.until_at
    group by stretches.record_id, stretches.from_at, stretches.until_at
),

words as (
    select
        records.account_id as record_id,
        records.created_at,
        records.currency,
        coalesce(former.from_at, timestamp '1900-01-01 00:00:00') as from_at,
        coalesce(former.until_at, timestamp '9999-12-31 00:00:00') as until_at,
        case when former.website is null then records.website else former.website.word end as website,
        case when former.industry is null then records.industry else former.industry.word end as industry,
        case
            when former.employees is null then records.employees
            else round_int(try_cast(former.employees.word as double))
        end as employees,
        case
            when former.annual_revenue is null then records.annual_revenue
            else cast(try_cast(former.annual_revenue.word as double) as decimal(18, 2))
        end as annual_revenue,
        case when former.country is null then records.country else former.country.word end as country,
        case
            when former.account_source is null then records.account_source
            else former.account_source.word
        end as account_source,
    from staging.accounts as records
    left join former on records.account_id = former.record_id
)

select
    words.record_id,
    website_domain(words.website) as domain,
    words.industry,
    words.employees,
    words.country,
    words.account_source,
    coalesce(cast(safe_div(words.annual_revenue, rates.rate) as decimal(18, 2)), words.annual_revenue) as annual_revenue,
    words.from_at,
    words.until_at,
from words
left join core.currency_rates as rates
    on words.currency = rates.currency
    and cast(words.created_at as date) >= rates.from_on
    and cast(words.created_at as date) < rates.until_on
