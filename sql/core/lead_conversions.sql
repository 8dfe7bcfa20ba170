-- One row per lead that was converted by the as-of moment
-- key: lead_id
-- The exact moment stands in the lead's history; else the day of the conversion counts at its end, but no later than
-- the last change of the record.
with

setting as (
    select calendar.zone, as_of.as_of
    from config.calendar as calendar
    cross join config.as_of as as_of
),

exact as (
    select lead_id, min(changed_at) as converted_at
    from staging.lead_history
    where field = 'leadconverted'
    group by lead_id
),

conversions as (
    select
        leads.lead_id,
        leads.converted_account_id,
        leads.converted_contact_id,
        leads.converted_opportunity_id,
        exact.lead_id is not null as is_exact,
        setting.as_of,
        coalesce(
            exact.converted_at,
            least(day_end_at(leads.converted_on, setting.zone), leads.modified_at),
            leads.modified_at
        ) as converted_at,
    from staging.leads as leads
    cross join setting
    left join exact on leads.lead_id = exact.lead_id
    where leads.is_converted
        and not leads.is_deleted
        and leads.created_at <= setting.as_of
)

select
    conversions.lead_id,
    coalesce(accounts.survivor_id, conversions.converted_account_id) as account_id,
    coalesce(contacts.survivor_id, conversions.converted_contact_id) as contact_id,
    conversions.converted_opportunity_id as opportunity_id,
    conversions.is_exact,
    conversions.converted_at,
from conversions
left join core.survivors as accounts on conversions.converted_account_id = accounts.record_id
left join core.survivors as contacts on conversions.converted_contact_id = contacts.record_id
where conversions.converted_at <= conversions.as_of
