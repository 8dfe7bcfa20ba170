-- One row per form that somebody sent in
-- key: form_fill_id
-- feeds: staging.form_fills
select
    form_fill_id,
    visitor_id,
    campaign_id,
    email_normal(email) as email_normal,
    form_name,
    lower(trim(form_type)) as form_type,
    page,
    submitted_at,
from raw.form_fill
