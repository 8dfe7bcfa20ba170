-- One row per thing that happened to a Marketo mail
-- key: email_event_id
-- feeds: staging.email_events
-- A bounce of category 2 is for good, one of 1, 3, 4 or 9 for the time being. A mail is one of its run: each run sends it anew.
with

mails as (
    select
        'sent' as event_type, id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id) as mail_id,
        cast(null as varchar) as email, cast(null as varchar) as link, false as is_machine,
    from raw.marketo_activity_send_email
    union all
    select
        'delivered', id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id), null, null, false,
    from raw.marketo_activity_email_delivered
    union all
    select
        'open', id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id), null, null, coalesce(is_bot_activity, false),
    from raw.marketo_activity_open_email
    union all
    select
        'click', id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id), null, link, coalesce(is_bot_activity, false),
    from raw.marketo_activity_click_email
    union all
    select
        case when category = '2' then 'hard_bounce' when category in ('1', '3', '4', '9') then 'soft_bounce' else 'bounce' end,
        id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id), email, null, false,
    from raw.marketo_activity_email_bounced
    union all
    select
        'soft_bounce', id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id), email, null, false,
    from raw.marketo_activity_email_bounced_soft
    union all
    select
        'unsubscribe', id, lead_id, activity_date, campaign_id, campaign_run_id,
        coalesce(email_template_id, primary_attribute_value_id), null, null, false,
    from raw.marketo_activity_unsubscribe_email
)

select
    'marketo-' || mails.event_type || '-' || mails.id as email_event_id,
    'marketo-mail-' || mails.mail_id || coalesce('-' || mails.campaign_run_id, '') as message_id,
    'marketo-campaign-' || mails.campaign_id as campaign_id,
    coalesce(email_normal(mails.email), people.reached_by_email) as email_normal,
    mails.event_type,
    mails.link,
    mails.is_machine,
    mails.activity_date as occurred_at,
from mails
left join staging.marketo_people as people on mails.lead_id = people.lead_id
