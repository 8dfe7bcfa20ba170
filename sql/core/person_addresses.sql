-- One row per e-mail address and person that has it, or had it in a record that was deleted or merged
-- key: email_normal, person_id
-- For refusals, which hold for everybody behind an address; touches ask person_emails for the one person.
select distinct
    email_normal,
    person_id,
from core.record_persons
where email_normal is not null
    and person_id is not null
