-- One row per lead or contact record, deleted and merged ones too, with the person whose it is today
-- key: record_id
-- Nobody is in person_id of a record of which nothing lives on. known_at is when the house could know that the record is
-- of that person: at its creation, else when a conversion or a merge joined them.
with

records as (
    select
        contact_id as record_id, 'contact' as record_kind, email_normal, cast(null as varchar) as became_contact_id,
        is_deleted, created_at, modified_at,
    from staging.contacts
    union all
    select
        lead_id, 'lead', email_normal, case when is_deleted and is_converted then converted_contact_id end,
        is_deleted, created_at, modified_at,
    from staging.leads
)

select
    records.record_id,
    records.record_kind,
    coalesce(living.person_id, merged_links.person_id, became_links.person_id) as person_id,
    merged.survivor_id,
    records.email_normal,
    records.is_deleted,
    records.created_at,
    merged.merged_at,
    greatest(
        records.created_at,
        case when living.record_id is null then coalesce(merged.merged_at, records.modified_at) end,
        living.joined_at
    ) as known_at,
from records
cross join config.as_of as setting
left join core.person_links as living on records.record_id = living.record_id
left join core.survivors as merged on records.record_id = merged.record_id
left join core.person_links as merged_links on merged.survivor_id = merged_links.record_id
left join core.survivors as became on records.became_contact_id = became.record_id
left join core.person_links as became_links
    on coalesce(became.survivor_id, records.became_contact_id) = became_links.record_id
where records.created_at <= setting.as_of
