-- One row per form that a HubSpot contact sent
-- key: form_fill_id
-- feeds: staging.form_fills
-- What a form asks for is told by its name: `Request Demo` is looked up in the playbook as request_demo.
select
    'hubspot-form-' || fills.contact_id || '-' || fills.form_id || '-' || cast(fills.timestamp as varchar)
        as form_fill_id,
    coalesce(survivors.email_normal, people.email_normal) as email_normal,
    coalesce(forms.name, fills.title) as form_name,
    lower(replace(trim(coalesce(forms.name, fills.title)), ' ', '_')) as form_type,
    fills.page_url as page,
    fills.timestamp as submitted_at,
from raw.hubspot_contact_form_submission as fills
left join raw.hubspot_form as forms on fills.form_id = forms.guid
left join staging.hubspot_people as people on fills.contact_id = people.contact_id
left join staging.hubspot_people as survivors on people.survivor_id = survivors.contact_id
