-- One row per queue item (person x pass), whom to talk to first on top
-- key: queue_item_id
with

settings as (
    select targets.*, crm.record_base_url, config.as_of.as_of
    from config.targets as targets
    cross join config.crm as crm
    cross join config.as_of
),

open_deals as (
    select account_id, owner_name
    from core.opportunities
    where outcome = 'open'
    qualify row_number() over (partition by account_id order by created_at desc, opportunity_id) = 1
)

select
    ranking.queue_item_id,
    ranking.lead_id,
    ranking.contact_id,
    people.account_id,
    coalesce(accounts.account_name, leads.company_name) as account_name,
    people.full_name as person_name,
    people.title,
    people.email,
    people.phone,
    people.country,
    settings.record_base_url || coalesce(ranking.lead_id, ranking.contact_id) as crm_url,
    ranking.step,
    ranking.entered_step_at,
    ranking.pass_number,
    ranking.fast_lane,
    case
        when ranking.fast_lane
            then 'asked for ' || case ranking.raised_kind
                when 'form_demo_request' then 'a demo'
                when 'form_pricing_request' then 'a price'
                when 'form_call_me' then 'a call'
                else replace(ranking.raised_kind, '_', ' ')
            end || ' on ' || cast(cast(ranking.raised_at as date) as varchar)
        else 'open lead'
    end || case when accounts.relationship = 'competitor' then ' (works for a competitor)' else '' end as queue_reason,
    ranking.rank,
    ranking.rank_in_owner,
    ranking.tier,
    ranking.score_source,
    ranking.probability as conversion_probability,
    ranking.probability_low,
    ranking.probability_high,
    ranking.worked_share,
    ranking.is_extrapolated,
    ranking.fit_points,
    ranking.engagement_points,
    ranking.reasons,
    recent.last_touches,
    leads.lead_source as source_latest,
    coalesce(accounts.relationship, 'unknown') as relationship,
    coalesce(accounts.has_open_opportunity, false) as has_open_opportunity,
    open_deals.owner_name as open_opportunity_owner,
    ranking.owner_id,
    users.user_name as owner_name,
    coalesce(recent.attempts, 0) as attempts,
    recent.last_attempt_at,
    people.do_not_call,
    people.email_allowed,
    changes.previous_rank,
    changes.previous_tier,
    changes.change_reason,
    ranking.model_version,
    settings.as_of as scored_at,
from scores.queue_ranking as ranking
inner join core.people as people on ranking.person_id = people.person_id
cross join settings
left join core.leads as leads on ranking.lead_id = leads.lead_id
left join core.accounts as accounts on people.account_id = accounts.account_id
left join core.users as users on ranking.owner_id = users.user_id
left join open_deals on people.account_id = open_deals.account_id
left join features.recent_touches as recent on ranking.person_id = recent.person_id
left join scores.list_changes as changes
    on changes.list_name = 'lead_queue' and ranking.person_id = changes.unit_id
