-- One row per list and unit that ever was in it, or out of it for a reason, before this moment: as it stood in the newest list
-- key: list_name, unit_id
-- `scores.history` holds changes alone; a rank is the place that they add up to, by the order in which the lists rank.
with

earlier as (
    select history.*
    from scores.history as history
    cross join config.as_of
    where history.as_of < config.as_of.as_of
),

newest as (
    select *
    from earlier
    qualify row_number() over (partition by list_name, unit_id order by as_of desc) = 1
),

ever_listed as (
    select distinct list_name, unit_id
    from earlier
    where cut is null
),

moments as (
    select max(moments.as_of) as as_of
    from scores.published_moments as moments
    cross join config.as_of
    where moments.as_of < config.as_of.as_of
)

select
    newest.list_name,
    newest.unit_id,
    newest.item_id,
    newest.record_id,
    newest.cut,
    case
        when newest.cut is null then row_number() over (
            partition by newest.list_name, newest.cut is null
            order by newest.lane_order, newest.probability desc nulls last,
                newest.fit_points + newest.engagement_points desc, newest.item_id
        )
    end as rank,
    newest.tier,
    newest.lane,
    newest.probability,
    newest.fit_points,
    newest.engagement_points,
    newest.score_source,
    newest.model_version,
    newest.reasons,
    newest.as_of as changed_at,
    ever_listed.unit_id is not null as was_ever_listed,
    moments.as_of,
from newest
cross join moments
left join ever_listed on newest.list_name = ever_listed.list_name and newest.unit_id = ever_listed.unit_id
