-- One row per living lead or contact with the person it is
-- key: record_id
-- A converted lead is the contact it became; equal e-mail addresses are one person; contacts come before leads, the
-- earliest created first. joined_at is set on a contact that was there before, and that only a conversion tied to a
-- lead: nobody could know before that moment that what the contact did belongs to the lead's person.
with

setting as (
    select calendar.zone, as_of.as_of
    from config.calendar as calendar
    cross join config.as_of as as_of
),

contacts as (
    select
        contacts.contact_id,
        contacts.email_normal,
        contacts.created_at,
        first_value(contacts.contact_id) over (
            partition by coalesce(contacts.email_normal, contacts.contact_id)
            order by contacts.created_at, contacts.contact_id
        ) as person_id,
    from staging.contacts as contacts
    cross join setting
    where not contacts.is_deleted
        and contacts.created_at <= setting.as_of
),

leads as (
    select
        leads.lead_id,
        leads.email_normal,
        leads.created_at,
        contacts.contact_id,
        contacts.person_id as converted_person_id,
        contacts.email_normal is distinct from leads.email_normal
            and case
                when conversions.is_exact then contacts.created_at < conversions.converted_at - interval 1 minute
                else local_date(contacts.created_at, setting.zone) < local_date(conversions.converted_at, setting.zone)
            end as is_joined_late,
        conversions.converted_at,
    from staging.leads as leads
    cross join setting
    left join core.lead_conversions as conversions on leads.lead_id = conversions.lead_id
    left join contacts on conversions.contact_id = contacts.contact_id
    where not leads.is_deleted
        and leads.created_at <= setting.as_of
),

joins as (
    select converted_person_id as person_id, max(converted_at) as joined_at
    from leads
    where is_joined_late
    group by converted_person_id
),

holders as (
    select email_normal, person_id, 1 as holder_order, created_at, contact_id as record_id
    from contacts
    where email_normal is not null
    union all
    select
        email_normal,
        coalesce(converted_person_id, lead_id),
        case when converted_person_id is null then 3 else 2 end,
        created_at,
        lead_id,
    from leads
    where email_normal is not null
),

addresses as (
    select email_normal, person_id
    from holders
    qualify row_number() over (partition by email_normal order by holder_order, created_at, record_id) = 1
)

select
    contacts.contact_id as record_id,
    contacts.person_id,
    'contact' as record_kind,
    contacts.email_normal,
    contacts.created_at,
    joins.joined_at,
from contacts
left join joins on contacts.person_id = joins.person_id
union all
select
    leads.lead_id as record_id,
    coalesce(leads.converted_person_id, addresses.person_id, leads.lead_id) as person_id,
    'lead' as record_kind,
    leads.email_normal,
    leads.created_at,
    cast(null as timestamp) as joined_at,
from leads
left join addresses on leads.email_normal = addresses.email_normal
