-- One row per task or meeting on a contact that a lead became, whose it was before the conversion
-- key: source, source_id
-- A conversion moves the lead's activities to the contact and leaves no word of it. An activity was the lead's when its
-- last change is the conversion, or when it is older than the contact and only that lead can have brought it. One that
-- did not change since was the contact's. The others (changed again later) nobody can tell: they count as the contact's,
-- but only from the conversion on, so that none of them enters what was known of the lead before. Of several leads that
-- became one contact it was the one that was there already.
with

sources as (
    select contact_id, count(*) as sources
    from (
        select contact_id from core.lead_conversions where contact_id is not null
        union all
        select survivor_id from core.survivors
    ) as joined_records
    group by contact_id
),

conversions as (
    select
        conversions.lead_id,
        conversions.contact_id,
        conversions.converted_at,
        conversions.is_exact,
        leads.created_at as lead_created_at,
        contacts.created_at as contact_created_at,
        sources.sources = 1 as is_only_source,
        calendar.zone,
    from core.lead_conversions as conversions
    cross join config.calendar as calendar
    inner join core.person_links as leads on conversions.lead_id = leads.record_id
    inner join core.person_links as contacts on conversions.contact_id = contacts.record_id
    inner join sources on conversions.contact_id = sources.contact_id
),

candidates as (
    select
        activities.source,
        activities.source_id,
        conversions.lead_id,
        conversions.converted_at,
        activities.created_at < conversions.lead_created_at as is_before_lead,
        activities.created_at < conversions.contact_created_at and conversions.is_only_source
            or case
                when conversions.is_exact
                then activities.modified_at >= conversions.converted_at - interval 1 minute
                    and activities.modified_at <= conversions.converted_at + interval 1 minute
                else local_date(activities.modified_at, conversions.zone)
                    = local_date(conversions.converted_at, conversions.zone)
            end as is_moved,
    from core.activity_touches as activities
    inner join conversions
        on activities.record_id = conversions.contact_id
        and activities.created_at <= conversions.converted_at
        and activities.modified_at >= conversions.converted_at - interval 1 day
)

select
    source,
    source_id,
    case
        when count(*) filter (where is_moved and not is_before_lead) = 1
        then min(lead_id) filter (where is_moved and not is_before_lead)
        when count(*) filter (where is_moved) = 1 then min(lead_id) filter (where is_moved)
    end as lead_id,
    max(converted_at) as converted_at,
from candidates
where is_moved or not is_before_lead
group by source, source_id
