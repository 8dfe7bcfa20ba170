-- One row per person, reason not to address the person, and record that says so
-- key: person_id, reason, record_id
-- A refusal holds for the person of the record and for everybody who has its e-mail address in any record, deleted and
-- merged ones too; since_at is the moment by which we knew. 'deleted' names only those of whom no record lives;
-- 'converted' means the lead record, not its person.
with

setting as (
    select as_of from config.as_of
),

records as (
    select
        contact_id as record_id, has_opted_out_of_email, do_not_call, is_bounced, bounced_at, is_deleted, modified_at,
    from staging.contacts
    union all
    select lead_id, has_opted_out_of_email, do_not_call, is_bounced, bounced_at, is_deleted, modified_at
    from staging.leads
),

refusals as (
    select record_id, 'opted_out' as reason, modified_at as since_at from records where has_opted_out_of_email
    union all
    select record_id, 'do_not_call', modified_at from records where do_not_call
    union all
    select record_id, 'bounced', coalesce(bounced_at, modified_at) from records where is_bounced
),

-- A refusal of nobody who lives stays under the record, one that came by mail without any record under the address.
holders as (
    select record_id, person_id
    from core.record_persons
    where person_id is not null
    union
    select persons.record_id, addresses.person_id
    from core.record_persons as persons
    inner join core.person_addresses as addresses on persons.email_normal = addresses.email_normal
),

mails as (
    select
        coalesce(addresses.person_id, events.email_normal) as person_id,
        case when events.event_type in ('bounce', 'hard_bounce', 'held_back_bounced') then 'bounced' else 'opted_out' end
            as reason,
        events.email_event_id as record_id,
        events.occurred_at as since_at,
    from staging.email_events as events
    cross join setting
    left join core.person_addresses as addresses on events.email_normal = addresses.email_normal
    where events.event_type in (
            'bounce', 'hard_bounce', 'held_back_bounced', 'unsubscribe', 'spam_report', 'held_back_refused'
        )
        and events.email_normal is not null
        and events.occurred_at <= setting.as_of
),

-- Said on the telephone: by the person of the record, else by everybody who has the address, else the number.
calls as (
    select
        coalesce(
            holders.person_id, addresses.person_id, phones.person_id,
            calls.record_id, calls.email_normal, calls.phone_normal
        ) as person_id,
        'do_not_call' as reason,
        calls.interaction_id as record_id,
        calls.occurred_at as since_at,
    from staging.interactions as calls
    cross join setting
    left join holders on calls.record_id = holders.record_id
    left join core.person_addresses as addresses
        on holders.person_id is null and calls.email_normal = addresses.email_normal
    left join core.person_phones as phones
        on holders.person_id is null
        and addresses.person_id is null
        and calls.phone_normal = phones.phone_normal
    where calls.refuses_calls
        and coalesce(calls.record_id, calls.email_normal, calls.phone_normal) is not null
        and calls.occurred_at <= setting.as_of
),

messages as (
    select person_id, reason, record_id, since_at from mails
    union all
    select person_id, reason, record_id, since_at from calls
),

first_messages as (
    select person_id, reason, record_id, since_at
    from messages
    qualify row_number() over (partition by person_id, reason order by since_at, record_id) = 1
)

select coalesce(holders.person_id, refusals.record_id) as person_id, refusals.reason, refusals.record_id,
    refusals.since_at,
from refusals
inner join core.record_persons as persons on refusals.record_id = persons.record_id
left join holders on refusals.record_id = holders.record_id
union all
select records.record_id, 'deleted', records.record_id, records.modified_at
from records
inner join core.record_persons as persons on records.record_id = persons.record_id
anti join holders on records.record_id = holders.record_id
where records.is_deleted
union all
select links.person_id, 'converted', conversions.lead_id, conversions.converted_at
from core.lead_conversions as conversions
inner join core.person_links as links on conversions.lead_id = links.record_id
union all
select person_id, reason, record_id, since_at
from first_messages
