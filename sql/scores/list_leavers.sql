-- One row per list and unit that stood in the list before and does not now, with why
-- key: list_name, unit_id
-- One whose record lives on in a unit that is listed has not left.
with

listed as (
    select 'lead_queue' as list_name, person_id as unit_id from scores.queue_ranking
    union all
    select 'target_accounts', account_id from scores.target_ranking
),

before as (
    select
        previous.list_name,
        previous.unit_id,
        previous.rank,
        coalesce(survivors.survivor_id, previous.record_id) as record_id,
        survivors.survivor_id is not null as is_merged,
    from scores.previous_lists as previous
    left join core.survivors as survivors on previous.record_id = survivors.record_id
    anti join listed on previous.list_name = listed.list_name and previous.unit_id = listed.unit_id
    where previous.cut is null
)

select
    before.list_name,
    before.unit_id,
    before.rank as previous_rank,
    case
        when cuts.cut is not null then cuts.cut
        when before.list_name = 'lead_queue' then 'no open lead and no raised hand'
        else 'no longer ranked'
    end as why,
from before
left join core.person_records as records on before.list_name = 'lead_queue' and before.record_id = records.record_id
left join scores.cuts as cuts on before.list_name = 'lead_queue' and coalesce(records.person_id, before.unit_id) = cuts.person_id
left join listed
    on before.list_name = listed.list_name
    and coalesce(records.person_id, case when before.is_merged then before.record_id end) = listed.unit_id
where listed.unit_id is null
