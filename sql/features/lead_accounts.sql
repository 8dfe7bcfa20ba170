-- One row per lead, moment and account record of the lead's e-mail domain that was there by then, the oldest first
-- key: lead_id, as_of, place
-- The account that a conversion makes or picks is not looked at: before the conversion nobody knew it. Records that were
-- merged or deleted since count as they were: what became of them was decided later. Free mail names no company.
with

records as (
    select
        versions.*,
        staged.created_at,
        case when staged.is_deleted then coalesce(survivors.merged_at, staged.modified_at) end as gone_at,
    from core.account_versions as versions
    inner join staging.accounts as staged on versions.record_id = staged.account_id
    left join core.survivors as survivors on versions.record_id = survivors.record_id
    left join core.accounts as accounts
        on coalesce(survivors.survivor_id, versions.record_id) = accounts.account_id
    where versions.domain is not null
        and not coalesce(accounts.is_person_account, staged.is_person_account)
)

select
    spine.lead_id,
    spine.as_of,
    row_number() over (
        partition by spine.lead_id, spine.as_of order by records.created_at, records.record_id
    ) as place,
    records.record_id,
    records.industry,
    records.employees,
    records.annual_revenue,
    records.country,
from spine.lead_conversion as spine
inner join core.lead_versions as words
    on spine.lead_id = words.record_id
    and spine.as_of >= words.from_at
    and spine.as_of < words.until_at
inner join records
    on words.email_domain = records.domain
    and records.created_at <= spine.as_of
    and spine.as_of >= records.from_at
    and spine.as_of < records.until_at
    and (records.gone_at is null or records.gone_at > spine.as_of)
where not words.is_free_mail
