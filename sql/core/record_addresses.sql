-- One row per lead or contact record, deleted and merged ones too, and e-mail address it has had, with since when
-- key: record_id, email_normal
-- An address that somebody changed is the record's from the change on, and an earlier one stays so for what was known.
with

former as (
    select record_id, email_normal(value) as email_normal, from_at
    from core.former_values
    where attribute = 'email'
        and record_of in ('lead', 'contact')
        and value is not null
),

addresses as (
    select record_id, email_normal, created_at as from_at
    from core.record_persons
    anti join former on core.record_persons.record_id = former.record_id
    union all
    select former.record_id, former.email_normal, greatest(former.from_at, records.created_at)
    from former
    inner join core.record_persons as records on former.record_id = records.record_id
)

select record_id, email_normal, min(from_at) as from_at
from addresses
where email_normal is not null
group by record_id, email_normal
