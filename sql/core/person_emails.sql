-- One row per e-mail address with the person who has it, and since when the house knows that
-- key: email_normal
with

holders as (
    select
        email_normal,
        person_id,
        first_value(person_id) over (
            partition by email_normal
            order by case record_kind when 'contact' then 1 else 2 end,
            case when person_id = record_id then 2 else 1 end,
            created_at,
            record_id
        ) as first_person_id,
        created_at,
        joined_at,
    from core.person_links
    where email_normal is not null
)

select
    email_normal,
    first_person_id as person_id,
    greatest(min(created_at), max(joined_at)) as known_at,
from holders
where person_id = first_person_id
group by email_normal, first_person_id
