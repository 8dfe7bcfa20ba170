-- One row per contact of a HubSpot deal
-- key: opportunity_contact_role_id
-- feeds: staging.opportunity_contact_roles
-- HubSpot does not say since when; the contact counts from the making of the deal on.
select
    'hubspot-role-' || links.deal_id || '-' || links.contact_id as opportunity_contact_role_id,
    'hubspot-deal-' || links.deal_id as opportunity_id,
    'hubspot-contact-' || coalesce(merges.survivor_id, links.contact_id) as contact_id,
    false as is_primary,
    coalesce(links._fivetran_deleted, false) as is_deleted,
    deals.property_createdate as created_at,
from raw.hubspot_deal_contact as links
inner join raw.hubspot_deal as deals on links.deal_id = deals.deal_id
left join staging.hubspot_merges as merges on merges.object = 'contact' and links.contact_id = merges.loser_id
