-- One row per living opportunity and stretch of time with the account record that it belonged to
-- key: opportunity_id, from_at
-- A merge moves the opportunities of its loser: one that names the survivor, is younger than
-- it and did not change since that merge was the survivor's own all along (own_since_at is null); of any other nobody can tell whose it was before own_since_at.
with

former as (
    select
        record_id,
        value as account_record_id,
        case
            when row_number() over by_time = 1 then timestamp '1900-01-01 00:00:00'
            else from_at
        end as from_at,
        lead(from_at, 1, timestamp '9999-12-31 00:00:00') over by_time as until_at,
    from core.former_values
    where record_of = 'opportunity'
        and attribute = 'account_id'
        and value is not null
    window by_time as (partition by record_id order by from_at, stretch_number)
),

merges as (
    select survivor_id, max(merged_at) as merged_at
    from core.survivors
    group by survivor_id
)

select
    former.record_id as opportunity_id,
    former.account_record_id,
    cast(null as timestamp) as own_since_at,
    former.from_at,
    former.until_at,
from former
inner join core.opportunities as opportunities on former.record_id = opportunities.opportunity_id
where former.from_at < former.until_at
union all
select
    opportunities.opportunity_id,
    staged.account_id,
    case
        when opportunities.modified_at >= merges.merged_at or opportunities.created_at < accounts.created_at
        then merges.merged_at
    end as own_since_at,
    timestamp '1900-01-01 00:00:00',
    timestamp '9999-12-31 00:00:00',
from core.opportunities as opportunities
inner join staging.opportunities as staged on opportunities.opportunity_id = staged.opportunity_id
left join staging.accounts as accounts on staged.account_id = accounts.account_id
left join merges on staged.account_id = merges.survivor_id
anti join former on opportunities.opportunity_id = former.record_id
