-- One row per list and unit in it now: where it stood in the list before, and why that changed
-- key: list_name, unit_id
-- The first reason that holds is told. Where nothing that is dated explains a change, that is said, not guessed.
with

current_lists as (
    select
        'lead_queue' as list_name, person_id as unit_id, queue_item_id as item_id, rank, tier,
        case when fast_lane then 'raised hand' else 'open lead' end as lane,
        probability, fit_points, engagement_points, score_source, model_version, coalesce(len(reasons), 0) as reasons,
    from scores.queue_ranking
    union all
    select
        'target_accounts', ranking.account_id, ranking.account_id, ranking.rank, ranking.tier, accounts.relationship,
        ranking.fit_probability, ranking.fit_points, ranking.engagement_score, ranking.score_source,
        ranking.model_version, coalesce(len(ranking.reasons), 0),
    from scores.target_ranking as ranking
    inner join core.accounts as accounts on ranking.account_id = accounts.account_id
),

lists as (
    select count(*) as published from scores.published_moments as moments
    cross join config.as_of
    where moments.as_of < config.as_of.as_of
),

compared as (
    select
        listed.*,
        lists.published > 0 as has_list_before,
        case when previous.cut is null then coalesce(previous.rank, joined.previous_rank) end as previous_rank,
        case when previous.cut is null then coalesce(previous.tier, joined.previous_tier) end as previous_tier,
        joined.unit_id is not null as is_joined,
        previous.cut,
        previous.changed_at,
        coalesce(previous.cut is null and previous.unit_id is not null, false) as was_listed,
        coalesce(previous.was_ever_listed, false) as was_ever_listed,
        previous.item_id as previous_item_id,
        previous.lane as previous_lane,
        previous.fit_points as previous_fit_points,
        previous.score_source as previous_source,
        previous.model_version as previous_version,
        previous.reasons as previous_reasons,
        listed.probability is not distinct from previous.probability
        and listed.fit_points is not distinct from previous.fit_points
        and listed.engagement_points is not distinct from previous.engagement_points
        and listed.reasons is not distinct from previous.reasons as is_same,
        listed.rank = previous.rank and listed.tier is not distinct from previous.tier as is_in_place,
        news.actions,
        news.facts,
        ' since ' || cast(cast(previous.as_of as date) as varchar) as since,
    from current_lists as listed
    cross join lists
    left join scores.previous_lists as previous
        on listed.list_name = previous.list_name and listed.unit_id = previous.unit_id
    left join scores.joined_units as joined on listed.list_name = 'lead_queue' and listed.unit_id = joined.unit_id
    left join scores.news as news on listed.list_name = news.list_name and listed.unit_id = news.unit_id
),

reasoned as (
    select
        compared.*,
        case
            when not was_listed and is_joined then 'found to be the same person as one listed before'
            when not was_listed and was_ever_listed
                then 'came back: out since ' || cast(cast(changed_at as date) as varchar) || ', ' || cut
            when not was_listed and list_name = 'lead_queue' then 'new in the queue'
            when not was_listed then 'new on the list'
            when lane = 'raised hand' and previous_lane <> lane
                then 'raised a hand' || coalesce(': ' || actions || since, '')
            when previous_lane = 'raised hand' and lane <> previous_lane
                then 'out of the fast lane: the request is old or answered'
            when lane <> previous_lane then 'relationship changed: ' || previous_lane || ' to ' || lane
            when item_id <> previous_item_id then 'on a new pass' || coalesce(': ' || actions || since, '')
            when score_source <> previous_source and score_source = 'model' then 'a model ranks it now, not points'
            when score_source <> previous_source then 'points rank it now, no model'
            when actions is not null
                then actions || since
                    || case when model_version is distinct from previous_version then ', and a new model' else '' end
            when model_version is distinct from previous_version then 'a new model'
            when is_same and is_in_place then null
            when is_same and rank > previous_rank then 'others overtook: nothing of its own changed'
            when is_same and rank < previous_rank then 'others fell or left: nothing of its own changed'
            when is_same then 'the border of the tier moved: nothing of its own changed'
            when facts is not null then facts || ' changed' || since
            when fit_points is distinct from previous_fit_points
                then 'fit points from ' || cast(round_int(previous_fit_points) as varchar) || ' to '
                    || cast(round_int(fit_points) as varchar) || since
            when reasons < previous_reasons
                then 'lost ' || cast(previous_reasons - reasons as varchar) || ' reason'
                    || case when previous_reasons - reasons = 1 then '' else 's' end || since
            when reasons > previous_reasons
                then 'gained ' || cast(reasons - previous_reasons as varchar) || ' reason'
                    || case when reasons - previous_reasons = 1 then '' else 's' end || since
            when not is_in_place then 'time passed: no dated news' || since
        end as reason,
    from compared
)

select
    list_name,
    unit_id,
    previous_rank,
    previous_tier,
    case
        when not has_list_before then null
        when was_listed and tier is distinct from previous_tier
            then 'tier ' || coalesce(previous_tier, 'none') || ' to ' || coalesce(tier, 'none')
                || coalesce(': ' || reason, '')
        else reason
    end as change_reason,
from reasoned
