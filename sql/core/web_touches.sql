-- One row per page visit or form, as a touch; of nobody as long as nobody is known
-- key: source, source_id
with

forms as (
    select form_type, min(kind) as kind, bool_or(is_hand_raise) as is_hand_raise
    from config.form_types
    group by form_type
),

pages as (
    select distinct visits.page, first_value(words.kind) over (partition by visits.page order by words.word) as kind
    from (select distinct page from staging.web_visits) as visits
    inner join config.page_words as words on contains(lower(visits.page), lower(words.word))
),

robots as (
    select distinct agents.user_agent
    from (select distinct user_agent from staging.web_visits) as agents
    inner join config.robot_words as words on contains(agents.user_agent, lower(words.word))
),

actions as (
    select
        'web_visit' as source,
        visits.visit_id as source_id,
        visits.visitor_id,
        visits.email_normal,
        cast(null as varchar) as campaign_id,
        'web' as channel,
        coalesce(pages.kind, 'page_view') as kind,
        visits.page as subject,
        robots.user_agent is not null as is_machine,
        false as is_hand_raise,
        visits.visited_at as occurred_at,
    from staging.web_visits as visits
    left join pages on visits.page = pages.page
    left join robots on visits.user_agent = robots.user_agent
    union all
    select
        'form_fill',
        fills.form_fill_id,
        fills.visitor_id,
        fills.email_normal,
        fills.campaign_id,
        'form',
        coalesce(forms.kind, 'form_other'),
        coalesce(fills.form_name, fills.form_type),
        false,
        coalesce(forms.is_hand_raise, false),
        fills.submitted_at,
    from staging.form_fills as fills
    left join forms on fills.form_type = forms.form_type
),

-- An action that carries an address is of that address alone; the owner of the cookie has done the others.
owned as (
    select
        actions.*,
        coalesce(actions.email_normal, visitors.email_normal) as owner_email,
        greatest(actions.occurred_at, case when actions.email_normal is null then visitors.identified_at end)
            as tied_at,
    from actions
    cross join config.as_of as setting
    left join core.visitor_people as visitors
        on actions.visitor_id = visitors.visitor_id
        and actions.occurred_at >= visitors.from_at
        and actions.occurred_at < visitors.until_at
    where actions.occurred_at <= setting.as_of
)

select
    owned.source,
    owned.source_id,
    emails.person_id,
    owned.campaign_id,
    owned.owner_email as email_normal,
    owned.channel,
    owned.kind,
    'inbound' as direction,
    'prospect' as actor,
    owned.subject,
    owned.is_machine,
    owned.is_hand_raise,
    owned.occurred_at,
    owned.tied_at,
    greatest(owned.tied_at, emails.known_at) as known_at,
    owned.occurred_at as created_at,
from owned
left join core.person_emails as emails on owned.owner_email = emails.email_normal
