-- One row per e-mail address with the person who has it, and since when the house knows that
-- key: email_normal
-- Records that live speak before merged and deleted ones, so that mail to an address of a loser reaches the survivor.
with

holders as (
    select
        email_normal,
        person_id,
        first_value(person_id) over (
            partition by email_normal
            order by case when is_deleted then 2 else 1 end,
            case record_kind when 'contact' then 1 else 2 end,
            case when person_id = record_id then 2 else 1 end,
            created_at,
            record_id
        ) as first_person_id,
        known_at,
    from core.record_persons
    where email_normal is not null
        and person_id is not null
)

select
    email_normal,
    first_person_id as person_id,
    min(known_at) as known_at,
from holders
where person_id = first_person_id
group by email_normal, first_person_id
