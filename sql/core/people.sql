-- One row per person: its leads and contacts as one
-- key: person_id
-- What the surviving contact says counts first, then the newest lead. That mail is allowed, or that calls are not
-- refused, is said only when every record says so in a column that the extract has; unknown stays null.
with

records as (
    select
        contact_id as record_id,
        person_id,
        case when contact_id = person_id then 1 else 2 end as record_order,
        full_name, title, email, phone, country,
        has_opted_out_of_email, do_not_call, is_bounced, created_at,
    from core.contacts
    union all
    select
        lead_id, person_id, 3,
        full_name, title, email, phone, country,
        has_opted_out_of_email, do_not_call, is_bounced, created_at,
    from core.leads
),

ranked as (
    select
        records.*,
        row_number() over (
            partition by person_id order by record_order, created_at desc, record_id
        ) as place,
    from records
),

-- The first record, in order of preference, that holds the fact.
facts as (
    select
        person_id,
        min(struct_pack(place := place, fact := full_name)) filter (where full_name is not null) as full_name,
        min(struct_pack(place := place, fact := title)) filter (where title is not null) as title,
        min(struct_pack(place := place, fact := email)) filter (where email is not null) as email,
        min(struct_pack(place := place, fact := phone)) filter (where phone is not null) as phone,
        min(struct_pack(place := place, fact := country)) filter (where country is not null) as country,
        count(*) as records,
        count(*) filter (where has_opted_out_of_email is null) as records_without_consent,
        count(*) filter (where do_not_call is null) as records_without_call_mark,
        min(created_at) as first_seen_at,
    from ranked
    group by person_id
),

accounts as (
    select person_id, account_id, account_match
    from core.person_records
    where account_id is not null
    qualify row_number() over (
        partition by person_id
        order by
            case when record_id = person_id then 1 else 2 end,
            case record_kind when 'contact' then 1 else 2 end,
            case account_match when 'email_domain' then 2 else 1 end,
            created_at desc,
            record_id
    ) = 1
),

open_leads as (
    select person_id, lead_id
    from core.leads
    where not is_converted
    qualify row_number() over (partition by person_id order by created_at desc, lead_id desc) = 1
),

refusals as (
    select
        person_id,
        count(*) filter (where reason = 'opted_out') as opt_outs,
        count(*) filter (where reason = 'do_not_call') as do_not_calls,
        count(*) filter (where reason = 'bounced') as bounces,
    from core.suppressions
    group by person_id
)

select
    facts.person_id,
    accounts.account_id,
    coalesce(accounts.account_match, 'none') as account_match,
    contacts.contact_id,
    open_leads.lead_id,
    facts.full_name.fact as full_name,
    facts.title.fact as title,
    facts.email.fact as email,
    facts.phone.fact as phone,
    facts.country.fact as country,
    facts.records,
    case
        when refusals.opt_outs > 0 then false
        when facts.records_without_consent = 0 then true
    end as email_allowed,
    case
        when refusals.do_not_calls > 0 then true
        when facts.records_without_call_mark = 0 then false
    end as do_not_call,
    coalesce(refusals.bounces, 0) > 0 as is_bounced,
    facts.first_seen_at,
from facts
left join core.contacts as contacts on facts.person_id = contacts.contact_id
left join accounts on facts.person_id = accounts.person_id
left join open_leads on facts.person_id = open_leads.person_id
left join refusals on facts.person_id = refusals.person_id
