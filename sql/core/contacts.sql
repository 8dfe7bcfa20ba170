-- One row per contact
-- key: contact_id
select
    contacts.contact_id,
    records.person_id,
    coalesce(survivors.survivor_id, contacts.account_id) as account_id,
    contacts.owner_id,
    users.user_name as owner_name,
    contacts.full_name,
    contacts.first_name,
    contacts.last_name,
    contacts.title,
    contacts.department,
    contacts.email,
    contacts.email_normal,
    contacts.email_domain,
    free_mail.domain is not null as is_free_mail,
    contacts.phone,
    contacts.country,
    contacts.state,
    contacts.lead_source,
    contacts.has_opted_out_of_email,
    contacts.do_not_call,
    contacts.is_bounced,
    backfills.object is not null as is_backfilled,
    contacts.created_at,
    contacts.modified_at,
from staging.contacts as contacts
inner join core.person_links as records on contacts.contact_id = records.record_id
left join core.survivors as survivors on contacts.account_id = survivors.record_id
left join core.users as users on contacts.owner_id = users.user_id
left join config.free_mail_domains as free_mail on contacts.email_domain = free_mail.domain
left join core.backfills as backfills
    on backfills.object = 'contact' and minute_start(contacts.created_at) = backfills.minute_at
