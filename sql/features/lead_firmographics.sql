-- One row per lead and moment with what was known then of the company on paper: size, industry, place, technology
-- key: lead_id, as_of
-- The lead's own word first, then the accounts of its e-mail domain, then what a third party had said by then.
with

moments as (
    select
        spine.lead_id,
        spine.as_of,
        case when not words.is_free_mail then words.email_domain end as domain,
        words.industry,
        words.employees,
        words.annual_revenue,
        words.country,
    from spine.lead_conversion as spine
    inner join core.lead_versions as words
        on spine.lead_id = words.record_id
        and spine.as_of >= words.from_at
        and spine.as_of < words.until_at
),

-- Of several accounts the oldest one that holds the fact.
accounts as (
    select
        lead_id,
        as_of,
        min(struct_pack(place := place, fact := industry)) filter (where industry is not null) as industry,
        min(struct_pack(place := place, fact := employees)) filter (where employees is not null) as employees,
        min(struct_pack(place := place, fact := annual_revenue)) filter (where annual_revenue is not null)
            as annual_revenue,
        min(struct_pack(place := place, fact := country)) filter (where country is not null) as country,
    from features.lead_accounts
    group by lead_id, as_of
),

overlays as (
    select
        moments.lead_id,
        moments.as_of,
        firmographics.industry,
        firmographics.employees,
        firmographics.annual_revenue,
        firmographics.country,
        nullif(replace(firmographics.technologies, ';', ', '), '') as technologies,
    from moments
    inner join staging.firmographics as firmographics
        on moments.domain = firmographics.domain
        and firmographics.fetched_at <= moments.as_of
    qualify row_number() over (
        partition by moments.lead_id, moments.as_of order by firmographics.fetched_at desc, firmographics.source
    ) = 1
)

select
    moments.lead_id,
    moments.as_of,
    coalesce(moments.industry, accounts.industry.fact, overlays.industry) as company_industry,
    coalesce(moments.employees, accounts.employees.fact, overlays.employees) as company_employees,
    coalesce(moments.annual_revenue, accounts.annual_revenue.fact, overlays.annual_revenue) as company_revenue,
    coalesce(moments.country, accounts.country.fact, overlays.country) as company_country,
    overlays.technologies,
from moments
left join accounts on moments.lead_id = accounts.lead_id and moments.as_of = accounts.as_of
left join overlays on moments.lead_id = overlays.lead_id and moments.as_of = overlays.as_of
