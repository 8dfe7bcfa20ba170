-- One row per column of HubSpot whose past is kept and record that it is told of, with the attribute of core that it is
-- key: object, column_name, record_of
-- feeds: staging.attribute_names
select listed.object, listed.column_name, listed.record_of, listed.attribute
from (values
    ('HubspotContact', 'property_lifecyclestage', 'lead', 'status'),
    ('HubspotContact', 'property_hubspot_owner_id', 'lead', 'owner_id'),
    ('HubspotContact', 'property_jobtitle', 'lead', 'title'), ('HubspotContact', 'property_email', 'lead', 'email'),
    ('HubspotContact', 'property_company', 'lead', 'company_name'),
    ('HubspotContact', 'property_industry', 'lead', 'industry'),
    ('HubspotContact', 'property_numemployees', 'lead', 'employees'),
    ('HubspotContact', 'property_hs_analytics_source', 'lead', 'lead_source'),
    ('HubspotContact', 'property_hs_email_optout', 'lead', 'has_opted_out_of_email'),
    ('HubspotContact', 'property_lifecyclestage', 'contact', 'lifecycle_stage'),
    ('HubspotContact', 'property_associatedcompanyid', 'contact', 'account_id'),
    ('HubspotContact', 'property_hubspot_owner_id', 'contact', 'owner_id'),
    ('HubspotContact', 'property_jobtitle', 'contact', 'title'),
    ('HubspotContact', 'property_email', 'contact', 'email'),
    ('HubspotContact', 'property_hs_analytics_source', 'contact', 'lead_source'),
    ('HubspotContact', 'property_hs_email_optout', 'contact', 'has_opted_out_of_email'),
    ('HubspotCompany', 'property_name', 'account', 'account_name'),
    ('HubspotCompany', 'property_lifecyclestage', 'account', 'lifecycle_stage'),
    ('HubspotCompany', 'property_hubspot_owner_id', 'account', 'owner_id'),
    ('HubspotCompany', 'property_hs_parent_company_id', 'account', 'parent_id'),
    ('HubspotCompany', 'property_industry', 'account', 'industry'),
    ('HubspotCompany', 'property_numberofemployees', 'account', 'employees'),
    ('HubspotCompany', 'property_city', 'account', 'city'),
    ('HubspotCompany', 'property_hs_analytics_source', 'account', 'account_source'),
    ('HubspotDeal', 'deal_pipeline_stage_id', 'opportunity', 'stage'),
    ('HubspotDeal', 'owner_id', 'opportunity', 'owner_id'), ('HubspotDeal', 'property_amount', 'opportunity', 'amount'),
    ('HubspotDeal', 'property_closedate', 'opportunity', 'close_on'),
    ('HubspotDeal', 'property_hs_deal_stage_probability', 'opportunity', 'probability'),
    ('HubspotDeal', 'property_dealtype', 'opportunity', 'opportunity_type'),
    ('HubspotDeal', 'property_hs_analytics_source', 'opportunity', 'lead_source'),
    ('HubspotDeal', 'property_dealname', 'opportunity', 'opportunity_name')
) as listed (object, column_name, record_of, attribute)
