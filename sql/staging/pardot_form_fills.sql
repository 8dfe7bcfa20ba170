-- One row per form, landing page, webinar or event that somebody answered in Pardot
-- key: form_fill_id
-- feeds: staging.form_fills
-- Types of visitor activity: 4 success, 24 webinar attended, 25 registered, 28 event registered, 29 checked in. What a
-- form asks for is told by its name, as the playbook has it.
select
    'pardot-' || activities.id as form_fill_id,
    'pardot-visitor-' || activities.visitor_id as visitor_id,
    'pardot-campaign-' || activities.campaign_id as campaign_id,
    people.email_normal,
    coalesce(activities.details, activities.type_name) as form_name,
    case
        when activities.type in (25, 28) then 'webinar_registration'
        when activities.type in (24, 29) then 'webinar_attendance'
        else lower(replace(trim(coalesce(activities.details, activities.type_name)), ' ', '_'))
    end as form_type,
    activities.created_at as submitted_at,
from raw.pardot_visitor_activity as activities
left join staging.pardot_people as people on activities.prospect_id = people.prospect_id
where activities.type in (4, 24, 25, 28, 29)
