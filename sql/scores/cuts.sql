-- One row per person with a lead or a raised hand who is not in the queue now, and why
-- key: person_id
-- What keeps a person off every list is told first, then what became of the newest lead.
with

out_now as (
    select person_id from core.leads where person_id is not null
    union
    select person_id from scores.queue_candidates
    except
    select person_id from scores.queue_ranking
),

refusals as (
    select suppressions.person_id, reasons.words, min(suppressions.since_at) as since_at
    from core.suppressions as suppressions
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    where reasons.keeps_off = 'person'
    group by suppressions.person_id, reasons.words
    qualify row_number() over (partition by suppressions.person_id order by min(suppressions.since_at), reasons.words) = 1
),

leads as (
    select leads.person_id, leads.lead_id, leads.is_converted, leads.converted_at, leads.created_at
    from core.leads as leads
    qualify row_number() over (
        partition by leads.person_id order by leads.is_converted, leads.created_at desc, leads.lead_id
    ) = 1
),

closings as (
    select lead_id, max(closed_at) as closed_at
    from core.lead_closings
    cross join config.as_of
    where reopened_at > config.as_of.as_of
    group by lead_id
)

select
    out_now.person_id,
    case
        when refusals.person_id is not null
            then 'suppressed: ' || refusals.words || coalesce(' (since ' || cast(cast(refusals.since_at as date) as varchar) || ')', '')
        when leads.is_converted then 'converted' || coalesce(' on ' || cast(cast(leads.converted_at as date) as varchar), '')
        when closings.lead_id is not null
            then 'closed by sales' || coalesce(' on ' || cast(cast(closings.closed_at as date) as varchar), '')
        when add_days(leads.created_at, settings.max_age_days) < config.as_of.as_of
            then 'too old: older than ' || cast(settings.max_age_days as varchar) || ' days'
        else 'no open lead and no raised hand'
    end as cut,
from out_now
cross join config.as_of
cross join config.labels as settings
left join refusals on out_now.person_id = refusals.person_id
left join leads on out_now.person_id = leads.person_id
left join closings on leads.lead_id = closings.lead_id
where settings.model = 'lead_conversion'
