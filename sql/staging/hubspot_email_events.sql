-- One row per thing that happened to a HubSpot marketing mail and that means something
-- key: email_event_id
-- feeds: staging.email_events
-- Mail that HubSpot held back because the address had refused or bounced before says so of the address. Whoever prints
-- or forwards a mail has it open. PROCESSED and DEFERRED are steps of the sending and mean nothing here.
with

kinds as (
    select
        events.*,
        case upper(events.type)
            when 'SENT' then 'sent'
            when 'DELIVERED' then 'delivered'
            when 'OPEN' then 'open'
            when 'PRINT' then 'open'
            when 'FORWARD' then 'open'
            when 'CLICK' then 'click'
            when 'SPAMREPORT' then 'spam_report'
            when 'BOUNCE' then
                case
                    when bounces.status like '5%' then 'hard_bounce'
                    when bounces.status like '4%' then 'soft_bounce'
                    else 'bounce'
                end
            when 'STATUSCHANGE' then
                case
                    when upper(changes.portal_subscription_status) = 'UNSUBSCRIBED'
                        or contains(upper(changes.subscriptions), 'UNSUBSCRIBED')
                    then 'unsubscribe'
                end
            when 'DROPPED' then
                case
                    when contains(upper(dropped.drop_reason), 'UNSUBSCRIBED')
                        or contains(upper(dropped.drop_reason), 'SPAM')
                    then 'held_back_refused'
                    when contains(upper(dropped.drop_reason), 'BOUNCED') then 'held_back_bounced'
                end
        end as event_type,
        clicks.url,
    from raw.hubspot_email_event as events
    left join raw.hubspot_email_event_bounce as bounces on events.id = bounces.id
    left join raw.hubspot_email_event_click as clicks on events.id = clicks.id
    left join raw.hubspot_email_event_dropped as dropped on events.id = dropped.id
    left join raw.hubspot_email_event_status_change as changes on events.id = changes.id
)

select
    'hubspot-' || id as email_event_id,
    'hubspot-' || coalesce(sent_by_id, caused_by_id, id) as message_id,
    'hubspot-campaign-' || email_campaign_id as campaign_id,
    email_normal(recipient) as email_normal,
    event_type,
    url as link,
    coalesce(filtered_event, false) as is_machine,
    created as occurred_at,
from kinds
where event_type is not null
