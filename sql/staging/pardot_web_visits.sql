-- One row per page, file or link that a visitor looked at in Pardot
-- key: visit_id
-- feeds: staging.web_visits
-- Types of visitor activity: 2 view, 20 visit, 21 custom link, 26 social click, 27 and 34 video, and 1 click where it is
-- no mail's. A visitor is whose cookie it is once a prospect is known.
select
    'pardot-' || activities.id as visit_id,
    'pardot-visitor-' || activities.visitor_id as visitor_id,
    people.email_normal,
    activities.details as page,
    visitors.source_parameter as utm_source,
    visitors.medium_parameter as utm_medium,
    visitors.campaign_parameter as utm_campaign,
    visitors.ip_address as ip,
    activities.created_at as visited_at,
from raw.pardot_visitor_activity as activities
left join staging.pardot_people as people on activities.prospect_id = people.prospect_id
left join raw.pardot_visitor as visitors on activities.visitor_id = visitors.id
where activities.type in (2, 20, 21, 26, 27, 34)
    or (
        activities.type = 1
        and coalesce(activities.list_email_id, activities.email_id, activities.email_template_id) is null
    )
