-- One row per telephone number and person that has it, or had it in a record that was deleted or merged
-- key: phone_normal, person_id
-- For refusals, which hold for everybody behind a number.
with

records as (
    select contact_id as record_id, unnest(string_split(phones, ';')) as phone from staging.contacts
    union all
    select lead_id, unnest(string_split(phones, ';')) from staging.leads
)

select distinct
    phone_normal(records.phone) as phone_normal,
    persons.person_id,
from records
inner join core.record_persons as persons on records.record_id = persons.record_id
where phone_normal(records.phone) is not null
    and persons.person_id is not null
