-- One row per Marketo lead that was merged into another one
-- key: loser_id
-- The list of those merged away comes in brackets.
with

lists as (
    select
        lead_id as survivor_id,
        activity_date as merged_at,
        unnest(string_split(regexp_replace(merge_ids, '[^0-9]+', ',', 'g'), ',')) as loser_id,
    from raw.marketo_activity_merge_leads
)

select loser_id, survivor_id, merged_at
from lists
where loser_id <> ''
    and loser_id <> survivor_id
qualify row_number() over (partition by loser_id order by merged_at desc, survivor_id) = 1
