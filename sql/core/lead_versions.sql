-- One row per lead record, deleted and merged ones too, and stretch of time in which its words were the same
-- key: record_id, from_at
-- A word that somebody corrected later stands as it was; one that never changed is what the lead came with.
with

moments as (
    select record_id, from_at from core.former_values where record_of = 'lead'
    union
    select record_id, timestamp '1900-01-01 00:00:00' from core.former_values where record_of = 'lead'
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
        min(struct_pack(word := former.value)) filter (where former.attribute = 'title') as title,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'email') as email,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'industry') as industry,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'employees') as employees,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'annual_revenue') as annual_revenue,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'country') as country,
        min(struct_pack(word := former.value)) filter (where former.attribute = 'lead_source') as lead_source,
    from stretches
    inner join core.former_values as former
        on former.record_of = 'lead'
        and stretches.record_id = former.record_id
        and stretches.from_at >= former.from_at
        and stretches.from_at < former.until_at
    group by stretches.record_id, stretches.from_at, stretches.until_at
),

words as (
    select
        records.lead_id as record_id,
        records.created_at,
        records.currency,
        coalesce(former.from_at, timestamp '1900-01-01 00:00:00') as from_at,
        coalesce(former.until_at, timestamp '9999-12-31 00:00:00') as until_at,
        case when former.title is null then records.title else former.title.word end as title,
        case when former.email is null then records.email else former.email.word end as email,
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
        case when former.lead_source is null then records.lead_source else former.lead_source.word end as lead_source,
    from staging.leads as records
    left join former on records.lead_id = former.record_id
)

select
    words.record_id,
    words.title,
    email_normal(words.email) as email_normal,
    email_domain(words.email) as email_domain,
    free_mail.domain is not null as is_free_mail,
    words.industry,
    words.employees,
    words.country,
    words.lead_source,
    coalesce(cast(safe_div(words.annual_revenue, rates.rate) as decimal(18, 2)), words.annual_revenue) as annual_revenue,
    words.from_at,
    words.until_at,
from words
left join config.free_mail_domains as free_mail on email_domain(words.email) = free_mail.domain
left join core.currency_rates as rates
    on words.currency = rates.currency
    and cast(words.created_at as date) >= rates.from_on
    and cast(words.created_at as date) < rates.until_on
