-- One row per person of the queue who stood in the list before under another id: records were found to be one person
-- key: unit_id
-- Joining records makes nobody new, and takes nobody away. The better of the places before is the one that is told.
with

moved as (
    select
        records.person_id as unit_id,
        previous.unit_id as previous_unit_id,
        previous.rank,
        previous.tier,
    from scores.previous_lists as previous
    left join core.survivors as survivors on previous.record_id = survivors.record_id
    inner join core.person_records as records
        on coalesce(survivors.survivor_id, previous.record_id) = records.record_id
    where previous.list_name = 'lead_queue'
        and previous.cut is null
        and previous.unit_id <> records.person_id
)

select
    moved.unit_id,
    moved.rank as previous_rank,
    moved.tier as previous_tier,
from moved
inner join scores.queue_ranking as ranking on moved.unit_id = ranking.person_id
qualify row_number() over (partition by moved.unit_id order by moved.rank, moved.previous_unit_id) = 1
