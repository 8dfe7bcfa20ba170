-- One row per HubSpot contact or company that was merged into another one
-- key: object, loser_id
-- The audit of merges has the moment; the survivor's own list of merged ids, joined by semicolons, has none, and a list
-- with moments (id:epoch) is read for its ids.
with

lists as (
    select
        'contact' as object,
        id as survivor_id,
        unnest(string_split(concat_ws(';', property_hs_merged_object_ids, property_hs_calculated_merged_vids), ';'))
            as entry,
    from raw.hubspot_contact
    union all
    select 'company', id, unnest(string_split(property_hs_merged_object_ids, ';'))
    from raw.hubspot_company
),

merges as (
    select object, survivor_id, trim(split_part(entry, ':', 1)) as loser_id, cast(null as timestamp) as merged_at
    from lists
    union all
    select 'contact', canonical_vid, vid_to_merge, timestamp
    from raw.hubspot_contact_merge_audit
)

select object, loser_id, survivor_id, merged_at
from merges
where loser_id <> ''
    and loser_id <> survivor_id
qualify row_number() over (partition by object, loser_id order by merged_at nulls last, survivor_id) = 1
