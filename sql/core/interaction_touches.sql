-- One row per event attended, content taken, call or advertisement, as a touch; of nobody as long as nobody is known
-- key: source, source_id
-- Its person is the one of the record it names, else of its address, else of its cookie at that time. What the CRM's own
-- task tells too is left to that task. Without a person it may still be a company's, by its domain.
with

robots as (
    select distinct agents.user_agent
    from (select distinct user_agent from staging.interactions) as agents
    inner join config.robot_words as words on contains(agents.user_agent, lower(words.word))
),

interactions as (
    select interactions.*
    from staging.interactions as interactions
    cross join config.as_of as setting
    anti join core.activity_touches as activities on interactions.activity_id = activities.source_id
    where interactions.occurred_at <= setting.as_of
),

owned as (
    select
        interactions.*,
        coalesce(interactions.email_normal, case when interactions.record_id is null then visitors.email_normal end)
            as owner_email,
        greatest(
            interactions.occurred_at,
            case
                when interactions.record_id is null and interactions.email_normal is null then visitors.identified_at
            end
        ) as tied_at,
    from interactions
    left join core.visitor_people as visitors
        on interactions.visitor_id = visitors.visitor_id
        and interactions.occurred_at >= visitors.from_at
        and interactions.occurred_at < visitors.until_at
)

select
    owned.source,
    owned.interaction_id as source_id,
    owned.record_id as who_id,
    coalesce(survivors.survivor_id, owned.record_id) as record_id,
    coalesce(links.person_id, emails.person_id) as person_id,
    domains.account_id,
    owned.campaign_id,
    owned.owner_email as email_normal,
    owned.channel,
    owned.kind,
    case when coalesce(owned.is_ours, false) then 'outbound' else 'inbound' end as direction,
    case
        when not coalesce(owned.is_ours, false) then 'prospect'
        when owned.channel = 'phone' then 'sales'
        else 'marketing'
    end as actor,
    owned.subject,
    owned.minutes,
    coalesce(owned.is_weak, false) as is_weak,
    coalesce(owned.is_machine, false) or robots.user_agent is not null as is_machine,
    owned.occurred_at,
    owned.tied_at,
    case
        when links.record_id is not null
        then greatest(
            owned.tied_at,
            survivors.merged_at,
            links.created_at,
            case when owned.occurred_at >= links.created_at then links.joined_at end
        )
        else greatest(owned.tied_at, emails.known_at)
    end as known_at,
    owned.occurred_at as created_at,
from owned
left join core.survivors as survivors on owned.record_id = survivors.record_id
left join core.person_links as links on coalesce(survivors.survivor_id, owned.record_id) = links.record_id
left join core.person_emails as emails on owned.owner_email = emails.email_normal
left join core.account_domains as domains on owned.domain = domains.domain
left join robots on owned.user_agent = robots.user_agent
