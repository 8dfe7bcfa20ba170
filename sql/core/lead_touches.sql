-- One row per lead and touch that could be tied to this lead before any conversion, with since when it could
-- key: lead_id, touch_id
-- Features of a lead count by this table, never by person: who is one person is learned from conversions, and would
-- rewrite what was known before. A touch is the lead's by its own record, by its own e-mail address (in whatever record,
-- mail, form or identified cookie), or by a record merged into it, from the merge on. What only its conversion ties to a
-- lead is not here, and neither is what has no date of its own but the last change, which a conversion moves.
with

touches as (
    select
        web.source, web.source_id, cast(null as varchar) as record_id, web.email_normal, web.tied_at,
    from core.web_touches as web
    union all
    select source, source_id, null, email_normal, occurred_at
    from core.email_touches
    union all
    select source, source_id, who_id, email_normal, tied_at
    from core.interaction_touches
    union all
    select source, source_id, named_record_id, null, tied_at
    from core.campaign_touches
    where is_dated
    union all
    select
        activities.source,
        activities.source_id,
        coalesce(origins.lead_id, activities.who_id),
        null,
        greatest(activities.tied_at, case when origins.lead_id is null then origins.converted_at end),
    from core.activity_touches as activities
    left join core.activity_origins as origins
        on activities.source = origins.source
        and activities.source_id = origins.source_id
    where activities.is_dated
),

-- A touch of a record is one of the record's addresses too, from when the record has them.
addressed as (
    select
        source || ':' || source_id as touch_id,
        record_id,
        email_normal,
        tied_at,
    from touches
),

reached as (
    select touch_id, email_normal, tied_at from addressed where email_normal is not null
    union all
    select addressed.touch_id, records.email_normal, greatest(addressed.tied_at, records.from_at) as tied_at
    from addressed
    inner join core.record_addresses as records on addressed.record_id = records.record_id
    where addressed.email_normal is null
),

names as (
    select lead_id, lead_id as record_id, created_at as from_at
    from core.leads
    union all
    select leads.lead_id, losers.record_id, losers.merged_at
    from core.record_persons as losers
    inner join core.leads as leads on losers.survivor_id = leads.lead_id
),

addresses as (
    select names.lead_id, records.email_normal, min(greatest(names.from_at, records.from_at)) as from_at
    from names
    inner join core.record_addresses as records on names.record_id = records.record_id
    group by names.lead_id, records.email_normal
),

ties as (
    select addresses.lead_id, reached.touch_id, greatest(reached.tied_at, addresses.from_at) as known_at
    from reached
    inner join addresses on reached.email_normal = addresses.email_normal
    union all
    select names.lead_id, addressed.touch_id, greatest(addressed.tied_at, names.from_at) as known_at
    from addressed
    inner join names on addressed.record_id = names.record_id
)

select
    lead_id,
    touch_id,
    min(known_at) as known_at,
from ties
group by lead_id, touch_id
