-- One row per account and moment with everything the account-fit model may know, and the label where it has matured
-- key: account_id, as_of
-- Firmographics that the contract calls known at creation, as they were at the moment; where the CRM says nothing, what
-- a third party had said by then. The age of a record that a conversion made is the age of its deal, in a column of its
-- own: its chance falls with the days, while that of a listed account rises. Engagement stays out: fit says whom to talk
-- to, not who already talks to us.
with

overlays as (
    select
        spine.account_id,
        spine.as_of,
        firmographics.employees,
        firmographics.annual_revenue,
        firmographics.industry,
        firmographics.country,
        firmographics.technologies,
        firmographics.fetched_at,
    from spine.account_fit as spine
    inner join core.account_versions as words
        on spine.account_id = words.record_id
        and spine.as_of >= words.from_at
        and spine.as_of < words.until_at
    inner join staging.firmographics as firmographics
        on words.domain = firmographics.domain
        and firmographics.fetched_at <= spine.as_of
    qualify row_number() over (
        partition by spine.account_id, spine.as_of order by firmographics.fetched_at desc, firmographics.source
    ) = 1
)

select
    spine.account_id,
    spine.as_of,
    spine.purpose,
    spine.group_id,
    spine.label,
    spine.weight,
    spine.outcome_at,
    spine.is_worked,
    case
        when accounts.is_backfilled or origins.made_at <= spine.as_of then null
        else cast(floor(days_between(accounts.created_at, spine.as_of)) as bigint)
    end as record_age_days,
    coalesce(origins.made_at <= spine.as_of, false) as made_by_conversion,
    case
        when origins.made_at <= spine.as_of then cast(floor(days_between(origins.made_at, spine.as_of)) as bigint)
    end as days_since_conversion,
    coalesce(words.industry, overlays.industry) as industry,
    coalesce(words.employees, overlays.employees) as employees,
    coalesce(words.annual_revenue, overlays.annual_revenue) as annual_revenue,
    coalesce(words.country, overlays.country) as country,
    words.account_source,
    nullif(replace(overlays.technologies, ';', ', '), '') as technologies,
from spine.account_fit as spine
inner join core.accounts as accounts on spine.account_id = accounts.account_id
left join features.account_origins as origins on spine.account_id = origins.account_id
left join core.account_versions as words
    on spine.account_id = words.record_id
    and spine.as_of >= words.from_at
    and spine.as_of < words.until_at
left join overlays on spine.account_id = overlays.account_id and spine.as_of = overlays.as_of
