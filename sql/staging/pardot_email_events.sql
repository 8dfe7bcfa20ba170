-- One row per thing that happened to a Pardot mail
-- key: email_event_id
-- feeds: staging.email_events
-- Types of visitor activity: 1 click, 6 sent, 11 open, 12 unsubscribe page, 13 bounced, 14 spam complaint, 17 click on a
-- mail by a third party's tool, 35 unsubscribed and 36 bounced indirectly. A click is a mail's if it names one.
select
    'pardot-' || activities.id as email_event_id,
    'pardot-' || coalesce(activities.list_email_id, activities.email_id, activities.email_template_id) as message_id,
    'pardot-campaign-' || activities.campaign_id as campaign_id,
    people.email_normal,
    case activities.type
        when 6 then 'sent'
        when 11 then 'open'
        when 12 then 'unsubscribe'
        when 35 then 'unsubscribe'
        when 14 then 'spam_report'
        when 13 then 'bounce'
        when 36 then 'bounce'
        else 'click'
    end as event_type,
    activities.details as link,
    activities.created_at as occurred_at,
from raw.pardot_visitor_activity as activities
left join staging.pardot_people as people on activities.prospect_id = people.prospect_id
where activities.type in (6, 11, 12, 13, 14, 35, 36)
    or (
        activities.type in (1, 17)
        and coalesce(activities.list_email_id, activities.email_id, activities.email_template_id) is not null
    )
