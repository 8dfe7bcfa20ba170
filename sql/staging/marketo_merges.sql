-- One row per Marketo lead that was merged into another one, with the lead that it lives on in after all merges
-- key: loser_id
-- The list of those merged away comes in brackets. The search starts from the leads that were merged into none, so that a
-- circle of merges ends nowhere and is left out. heir_email_normal is the next address on the way to the survivor.
with recursive

lists as (
    select
        lead_id as winner_id,
        activity_date as merged_at,
        unnest(string_split(regexp_replace(merge_ids, '[^0-9]+', ',', 'g'), ',')) as loser_id,
    from raw.marketo_activity_merge_leads
),

steps as (
    select
        lists.loser_id,
        lists.winner_id,
        lists.merged_at,
        email_normal(winners.email) as winner_email_normal,
    from lists
    left join raw.marketo_lead as winners on lists.winner_id = winners.id
    where lists.loser_id <> ''
        and lists.loser_id <> lists.winner_id
    qualify row_number() over (partition by lists.loser_id order by lists.merged_at desc, lists.winner_id) = 1
),

chains as (
    select
        steps.loser_id,
        steps.winner_id as survivor_id,
        steps.merged_at,
        steps.winner_email_normal as heir_email_normal,
    from steps
    anti join steps as later on steps.winner_id = later.loser_id
    union all
    select
        steps.loser_id,
        chains.survivor_id,
        greatest(steps.merged_at, chains.merged_at) as merged_at,
        coalesce(steps.winner_email_normal, chains.heir_email_normal) as heir_email_normal,
    from steps
    inner join chains on steps.winner_id = chains.loser_id
)

select loser_id, survivor_id, merged_at, heir_email_normal
from chains
