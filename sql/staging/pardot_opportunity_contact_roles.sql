-- One row per prospect of a Pardot opportunity
-- key: opportunity_contact_role_id
-- feeds: staging.opportunity_contact_roles
select
    'pardot-role-' || links.opportunity_id || '-' || links.prospect_id as opportunity_contact_role_id,
    'pardot-opportunity-' || links.opportunity_id as opportunity_id,
    coalesce(people.crm_record_id, people.record_id, 'pardot-prospect-' || links.prospect_id) as contact_id,
    false as is_primary,
    false as is_deleted,
    coalesce(links.updated_at, opportunities.created_at) as created_at,
from raw.pardot_opportunity_prospect as links
left join raw.pardot_opportunity as opportunities on links.opportunity_id = opportunities.id
left join staging.pardot_people as people on links.prospect_id = people.prospect_id
