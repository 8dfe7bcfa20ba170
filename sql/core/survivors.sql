-- One row per record that was merged into another one, with the record that lives on and since when
-- key: record_id
-- The search starts from the records that live, so that a circle of merges ends nowhere and is left out.
-- A merge is the last change of its loser, unless the source knows better.
with recursive

records as (
    select account_id as record_id, merged_into_id, is_deleted, modified_at from staging.accounts
    union all
    select contact_id as record_id, merged_into_id, is_deleted, modified_at from staging.contacts
    union all
    select lead_id as record_id, merged_into_id, is_deleted, coalesce(merged_at, modified_at) from staging.leads
),

chains as (
    select losers.record_id, winners.record_id as survivor_id, losers.modified_at as merged_at
    from records as losers
    inner join records as winners on losers.merged_into_id = winners.record_id
    where losers.is_deleted and not winners.is_deleted
    union all
    select losers.record_id, chains.survivor_id, greatest(losers.modified_at, chains.merged_at) as merged_at
    from records as losers
    inner join chains on losers.merged_into_id = chains.record_id
    where losers.is_deleted
)

select record_id, survivor_id, merged_at
from chains
