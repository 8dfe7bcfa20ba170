-- One row per account at the level the playbook ranks, best target first
-- key: account_id
with

settings as (
    select targets.*, crm.record_base_url
    from config.targets as targets
    cross join config.crm as crm
),

segments as (
    select accounts.account_id, sizes.segment
    from core.accounts as accounts
    inner join config.size_segments as sizes on accounts.employees >= sizes.min_employees
    qualify row_number() over (partition by accounts.account_id order by sizes.min_employees desc) = 1
),

-- What a third party says where the CRM says nothing: the model reads it too.
overlays as (
    select firmographics.domain, firmographics.country, firmographics.industry, firmographics.employees
    from staging.firmographics as firmographics
    cross join config.as_of
    where firmographics.fetched_at <= config.as_of.as_of
    qualify row_number() over (partition by domain order by fetched_at desc, source) = 1
),

facts as (
    select
        accounts.*,
        engagement.last_engagement_at,
        engagement.last_sales_touch_at,
        engagement.reachable_contacts,
        coalesce(
            engagement.last_engagement_at > add_days(config.as_of.as_of, -settings.engaged_within_days), false
        ) as is_engaged,
        engagement.reachable_contacts > 0 as is_reachable,
        settings.record_base_url,
        config.as_of.as_of,
    from core.accounts as accounts
    inner join features.account_engagement as engagement on accounts.account_id = engagement.account_id
    cross join settings
    cross join config.as_of
),

actions as (
    select facts.account_id, actions.action
    from facts
    inner join config.next_actions as actions
        on actions.relationship in ('any', facts.relationship)
        and actions.has_open_opportunity in ('any', case when facts.has_open_opportunity then 'yes' else 'no' end)
        and actions.is_engaged in ('any', case when facts.is_engaged then 'yes' else 'no' end)
        and actions.is_reachable in ('any', case when facts.is_reachable then 'yes' else 'no' end)
    qualify row_number() over (partition by facts.account_id order by actions.priority) = 1
)

select
    facts.account_id,
    facts.account_name,
    facts.record_base_url || facts.account_id as crm_url,
    facts.domain,
    coalesce(facts.country, overlays.country) as country,
    coalesce(facts.industry, overlays.industry) as industry,
    coalesce(facts.employees, overlays.employees) as employees,
    facts.ultimate_parent_id,
    facts.relationship,
    facts.has_open_opportunity,
    facts.owner_id,
    facts.owner_name,
    ranking.rank,
    ranking.rank_in_owner,
    ranking.tier,
    ranking.score_source,
    ranking.fit_points,
    ranking.fit_score,
    ranking.fit_lift,
    ranking.fit_probability,
    ranking.fit_low,
    ranking.fit_high,
    ranking.engagement_score,
    segments.segment,
    ranking.reasons,
    actions.action as next_action,
    facts.last_sales_touch_at,
    facts.last_engagement_at,
    facts.reachable_contacts,
    changes.previous_rank,
    changes.previous_tier,
    changes.change_reason,
    safe_div(
        case when facts.domain is null then 0 else 1 end + case when facts.country is null then 0 else 1 end
        + case when facts.industry is null then 0 else 1 end
        + case when facts.employees is null then 0 else 1 end
        + case when facts.annual_revenue is null then 0 else 1 end
        + case when facts.phone is null then 0 else 1 end
        , 6
    ) as data_completeness,
    ranking.model_version,
    facts.as_of as scored_at,
    cast(cast(facts.as_of as date) as varchar) as list_version,
from facts
inner join scores.target_ranking as ranking on facts.account_id = ranking.account_id
left join overlays on facts.domain = overlays.domain
left join segments on facts.account_id = segments.account_id
left join actions on facts.account_id = actions.account_id
left join scores.list_changes as changes
    on changes.list_name = 'target_accounts' and facts.account_id = changes.unit_id
