-- One row per person, reason not to address the person, and record that says so
-- key: person_id, reason, record_id
-- A refusal in any record of the person holds, in deleted and merged records too; since_at is the moment by which we
-- knew. 'deleted' names only those of whom no record lives; 'converted' means the lead record, not its person.
with

records as (
    select
        contact_id as record_id, email_normal, has_opted_out_of_email, do_not_call, is_bounced, bounced_at,
        is_deleted, created_at, modified_at,
    from staging.salesforce_contacts
    union all
    select
        lead_id, email_normal, has_opted_out_of_email, do_not_call, is_bounced, bounced_at,
        is_deleted, created_at, modified_at,
    from staging.salesforce_leads
),

persons as (
    select
        records.*,
        coalesce(links.person_id, survivors.person_id, emails.person_id) as living_person_id,
    from records
    cross join config.as_of as setting
    left join core.person_links as links on records.record_id = links.record_id
    left join core.survivors as merged on records.record_id = merged.record_id
    left join core.person_links as survivors on merged.survivor_id = survivors.record_id
    left join core.person_emails as emails on records.email_normal = emails.email_normal
    where records.created_at <= setting.as_of
),

mails as (
    select
        events.email_normal,
        case when events.event_type = 'bounce' then 'bounced' else 'opted_out' end as reason,
        events.email_event_id as record_id,
        events.occurred_at,
    from staging.engagement_email_events as events
    cross join config.as_of as setting
    where events.event_type in ('bounce', 'hard_bounce', 'unsubscribe', 'spam_report')
        and events.occurred_at <= setting.as_of
),

-- What somebody without any record says is kept under the address.
first_mails as (
    select
        coalesce(emails.person_id, mails.email_normal) as person_id,
        mails.reason,
        mails.record_id,
        mails.occurred_at as since_at,
    from mails
    left join core.person_emails as emails on mails.email_normal = emails.email_normal
    where mails.email_normal is not null
    qualify row_number() over (
        partition by coalesce(emails.person_id, mails.email_normal), mails.reason
        order by mails.occurred_at, mails.record_id
    ) = 1
)

select coalesce(living_person_id, record_id) as person_id, 'opted_out' as reason, record_id, modified_at as since_at
from persons
where has_opted_out_of_email
union all
select coalesce(living_person_id, record_id), 'do_not_call', record_id, modified_at
from persons
where do_not_call
union all
select coalesce(living_person_id, record_id), 'bounced', record_id, coalesce(bounced_at, modified_at)
from persons
where is_bounced
union all
select record_id, 'deleted', record_id, modified_at
from persons
where is_deleted and living_person_id is null
union all
select links.person_id, 'converted', conversions.lead_id, conversions.converted_at
from core.lead_conversions as conversions
inner join core.person_links as links on conversions.lead_id = links.record_id
union all
select person_id, reason, record_id, since_at
from first_mails
