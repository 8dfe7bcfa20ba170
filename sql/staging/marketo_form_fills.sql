-- One row per form that a Marketo lead sent in
-- key: form_fill_id
-- feeds: staging.form_fills
-- The source does not say what a form asks for: the playbook may name one by its name.
select
    'marketo-form-' || fills.id as form_fill_id,
    'marketo-campaign-' || fills.campaign_id as campaign_id,
    people.reached_by_email as email_normal,
    fills.primary_attribute_value as form_name,
    lower(replace(trim(fills.primary_attribute_value), ' ', '_')) as form_type,
    fills.referrer_url as page,
    fills.activity_date as submitted_at,
from raw.marketo_activity_fill_out_form as fills
left join staging.marketo_people as people on fills.lead_id = people.lead_id
