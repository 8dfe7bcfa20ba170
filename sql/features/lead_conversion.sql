-- One row per lead and moment with everything the lead-conversion model may know, and the label where it has matured
-- key: lead_id, as_of
-- A lead's own columns enter only when its contract calls them known at creation, as they were at the moment.
with

days_old as (
    select
        spine.*,
        cast(floor(days_between(leads.created_at, spine.as_of)) as bigint) as age_days,
    from spine.lead_conversion as spine
    inner join core.leads as leads on spine.lead_id = leads.lead_id
)

select
    days_old.lead_id,
    days_old.as_of,
    days_old.purpose,
    days_old.group_id,
    days_old.label,
    days_old.weight,
    days_old.outcome_at,
    days_old.is_worked,
    case when leads.is_backfilled then null else days_old.age_days end as age_days,
    words.lead_source,
    words.is_free_mail,
    firmographics.company_industry,
    firmographics.company_country,
    firmographics.company_employees,
    firmographics.company_revenue,
    firmographics.technologies,
    roles.seniority,
    roles.job_function,
    coalesce(actions.actions_7d, 0) as actions_7d,
    coalesce(actions.actions_30d, 0) as actions_30d,
    coalesce(actions.actions_90d, 0) as actions_90d,
    coalesce(actions.active_days_90d, 0) as active_days_90d,
    coalesce(actions.page_views_7d, 0) as page_views_7d,
    coalesce(actions.page_views_90d, 0) as page_views_90d,
    coalesce(actions.pricing_views_30d, 0) as pricing_views_30d,
    coalesce(actions.pricing_views_365d, 0) as pricing_views_365d,
    coalesce(actions.forms_365d, 0) as forms_365d,
    coalesce(actions.hand_raises_30d, 0) as hand_raises_30d,
    coalesce(actions.hand_raises_365d, 0) as hand_raises_365d,
    coalesce(actions.email_opens_90d, 0) as email_opens_90d,
    coalesce(actions.email_clicks_30d, 0) as email_clicks_30d,
    coalesce(actions.email_clicks_365d, 0) as email_clicks_365d,
    coalesce(actions.campaign_responses_365d, 0) as campaign_responses_365d,
    actions.days_since_last_action,
    coalesce(company.company_is_known, false) as company_is_known,
    coalesce(company.company_is_customer, false) as company_is_customer,
    coalesce(company.company_open_deals, 0) as company_open_deals,
    coalesce(company.company_deals, 0) as company_deals,
    coalesce(company.company_other_leads, 0) as company_other_leads,
from days_old
inner join core.leads as leads on days_old.lead_id = leads.lead_id
left join core.lead_versions as words
    on days_old.lead_id = words.record_id
    and days_old.as_of >= words.from_at
    and days_old.as_of < words.until_at
left join features.title_roles as roles on words.title = roles.title
left join features.lead_actions as actions on days_old.lead_id = actions.lead_id and days_old.as_of = actions.as_of
left join features.lead_firmographics as firmographics
    on days_old.lead_id = firmographics.lead_id
    and days_old.as_of = firmographics.as_of
left join features.lead_company as company on days_old.lead_id = company.lead_id and days_old.as_of = company.as_of
