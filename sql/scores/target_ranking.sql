-- One row per account of the target list with its rank and what the rank stands on
-- key: account_id
-- Where a model may speak, its probability ranks; otherwise the points of the playbook do, fit and engagement together.
with

settings as (
    select * from config.targets
),

accounts as (
    select
        accounts.account_id,
        accounts.owner_id,
        orders.list_order,
        scores.probability,
        scores.probability_low,
        scores.probability_high,
        scores.lift,
        scores.reasons as model_reasons,
        scores.model_version,
        points.fit_points,
        points.reasons as points_reasons,
        engagement.engagement_score,
    from core.accounts as accounts
    cross join settings
    inner join config.relationship_order as orders on accounts.relationship = orders.relationship
    left join scores.account_fit as scores on accounts.account_id = scores.account_id
    left join features.fit_points as points on points.unit = 'account' and accounts.account_id = points.unit_id
    left join features.account_engagement as engagement on accounts.account_id = engagement.account_id
    where not accounts.is_person_account
        and (settings.level = 'account' or accounts.account_id = accounts.ultimate_parent_id)
),

ranked as (
    select
        accounts.*,
        row_number() over by_score as rank,
        count(*) over () as ranked_accounts,
        count(*) filter (where list_order = 1) over () as tiered_accounts,
    from accounts
    window by_score as (
        order by list_order, probability desc nulls last, fit_points + engagement_score desc, account_id
    )
),

-- Equal evidence shares one place, the middle of its ranks: no tier and no score tells apart what nothing tells apart.
placed as (
    select
        ranked.*,
        min(rank) over equal_evidence as first_rank,
        safe_div(min(rank) over equal_evidence + max(rank) over equal_evidence, 2) as place,
        safe_div(
            safe_div(min(rank) over equal_evidence + max(rank) over equal_evidence, 2) - 1, tiered_accounts
        ) as place_share,
    from ranked
    window equal_evidence as (partition by list_order, probability, fit_points + engagement_score)
),

-- What the tier was before, by the most of those whose evidence is equal today: they keep it, or leave it, together.
kept as (
    select placed.first_rank, previous.tier
    from placed
    inner join scores.previous_lists as previous
        on previous.list_name = 'target_accounts' and placed.account_id = previous.unit_id
    where previous.cut is null
    group by placed.first_rank, previous.tier
    qualify row_number() over (partition by placed.first_rank order by count(*) desc, previous.tier) = 1
),

tiered as (
    select placed.account_id, coalesce(kept_bands.tier, bands.tier) as tier
    from placed
    left join scores.tier_bands as bands
        on placed.place_share >= bands.from_share and placed.place_share < bands.up_to_share
    left join kept on placed.first_rank = kept.first_rank
    left join scores.tier_bands as kept_bands
        on kept.tier = kept_bands.tier
        and placed.place_share >= kept_bands.kept_from_share and placed.place_share < kept_bands.kept_up_to_share
    where placed.list_order = 1
)

select
    ranked.account_id,
    ranked.rank,
    row_number() over (partition by ranked.owner_id order by ranked.rank) as rank_in_owner,
    tiered.tier,
    case when ranked.probability is not null then 'model' else 'points' end as score_source,
    ranked.fit_points,
    safe_div(
        round_int(safe_div(10000 * (ranked.ranked_accounts - ranked.place + 1), ranked.ranked_accounts)), 100
    ) as fit_score,
    ranked.lift as fit_lift,
    ranked.probability as fit_probability,
    ranked.probability_low as fit_low,
    ranked.probability_high as fit_high,
    ranked.engagement_score,
    case when ranked.probability is not null then ranked.model_reasons else ranked.points_reasons end as reasons,
    ranked.model_version,
from placed as ranked
left join tiered on ranked.account_id = tiered.account_id
