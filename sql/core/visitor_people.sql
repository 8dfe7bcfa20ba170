-- One row per website visitor (a cookie) and span of time in which it was the same e-mail address, and whose that is
-- key: visitor_id, identified_at
-- A visit belongs to the latest identification before it; what came before the first one belongs to that one, but is
-- known only from then on. The spans follow addresses, known to the CRM or not, so that neither a conversion nor a merge
-- nor a new record moves a visit of the past from one address to another.
with

identifications as (
    select visitor_id, email_normal, visited_at as identified_at
    from staging.web_visits
    where visitor_id is not null and email_normal is not null
    union
    select visitor_id, email_normal, submitted_at as identified_at
    from staging.form_fills
    where visitor_id is not null and email_normal is not null
    union
    select visitor_id, email_normal, occurred_at as identified_at
    from staging.interactions
    where visitor_id is not null and email_normal is not null
),

moments as (
    select identifications.visitor_id, identifications.identified_at, min(identifications.email_normal) as email_normal
    from identifications
    cross join config.as_of as setting
    where identifications.identified_at <= setting.as_of
    group by identifications.visitor_id, identifications.identified_at
),

changes as (
    select moments.*
    from moments
    qualify email_normal is distinct from lag(email_normal) over (partition by visitor_id order by identified_at)
),

spans as (
    select
        changes.*,
        lag(identified_at) over (partition by visitor_id order by identified_at) as previous_at,
        lead(identified_at) over (partition by visitor_id order by identified_at) as next_at,
    from changes
)

select
    spans.visitor_id,
    spans.email_normal,
    emails.person_id,
    spans.identified_at,
    greatest(spans.identified_at, emails.known_at) as known_at,
    case when spans.previous_at is null then timestamp '1900-01-01 00:00:00' else spans.identified_at end as from_at,
    coalesce(spans.next_at, timestamp '9999-12-31 00:00:00') as until_at,
from spans
left join core.person_emails as emails on spans.email_normal = emails.email_normal
