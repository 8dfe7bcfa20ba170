-- One row per website visitor (a cookie) and span of time in which it was the same person
-- key: visitor_id, identified_at
-- A visit belongs to the latest identification before it; what came before the first one belongs to that one, but is
-- known only from known_at on.
with

setting as (
    select as_of from config.as_of
),

identifications as (
    select visitor_id, email_normal, visited_at as identified_at
    from staging.engagement_web_visits
    where visitor_id is not null and email_normal is not null
    union
    select visitor_id, email_normal, submitted_at as identified_at
    from staging.engagement_form_fills
    where visitor_id is not null and email_normal is not null
),

people as (
    select
        identifications.visitor_id,
        emails.person_id,
        identifications.identified_at,
        greatest(identifications.identified_at, emails.known_at) as known_at,
    from identifications
    inner join core.person_emails as emails on identifications.email_normal = emails.email_normal
    cross join setting
    where identifications.identified_at <= setting.as_of
    qualify row_number() over (
        partition by identifications.visitor_id, identifications.identified_at
        order by emails.known_at, emails.person_id, identifications.email_normal
    ) = 1
),

changes as (
    select people.*
    from people
    qualify person_id is distinct from lag(person_id) over (partition by visitor_id order by identified_at)
)

select
    visitor_id,
    person_id,
    identified_at,
    known_at,
    case
        when row_number() over (partition by visitor_id order by identified_at) > 1 then identified_at
        else timestamp '1900-01-01 00:00:00'
    end as from_at,
    coalesce(
        lead(identified_at) over (partition by visitor_id order by identified_at), timestamp '9999-12-31 00:00:00'
    ) as until_at,
from changes
