-- One row per column of the CRM whose past is kept, with the attribute of core that it is
-- key: object, column_name
-- feeds: staging.attribute_names
select listed.object, listed.column_name, listed.record_of, listed.attribute
from (values
    ('Lead', 'Status', 'lead', 'status'), ('Lead', 'OwnerId', 'lead', 'owner_id'),
    ('Lead', 'Rating', 'lead', 'rating'), ('Lead', 'Title', 'lead', 'title'), ('Lead', 'Email', 'lead', 'email'),
    ('Lead', 'Company', 'lead', 'company_name'), ('Lead', 'Industry', 'lead', 'industry'),
    ('Lead', 'NumberOfEmployees', 'lead', 'employees'), ('Lead', 'LeadSource', 'lead', 'lead_source'),
    ('Lead', 'AnnualRevenue', 'lead', 'annual_revenue'), ('Lead', 'Country', 'lead', 'country'),
    ('Lead', 'HasOptedOutOfEmail', 'lead', 'has_opted_out_of_email'), ('Lead', 'DoNotCall', 'lead', 'do_not_call'),
    ('Account', 'Name', 'account', 'account_name'), ('Account', 'Type', 'account', 'account_type'),
    ('Account', 'OwnerId', 'account', 'owner_id'), ('Account', 'ParentId', 'account', 'parent_id'),
    ('Account', 'Industry', 'account', 'industry'), ('Account', 'NumberOfEmployees', 'account', 'employees'),
    ('Account', 'AnnualRevenue', 'account', 'annual_revenue'), ('Account', 'Website', 'account', 'website'),
    ('Account', 'BillingCountry', 'account', 'country'),
    ('Account', 'BillingCity', 'account', 'city'), ('Account', 'AccountSource', 'account', 'account_source'),
    ('Contact', 'AccountId', 'contact', 'account_id'), ('Contact', 'OwnerId', 'contact', 'owner_id'),
    ('Contact', 'Title', 'contact', 'title'), ('Contact', 'Department', 'contact', 'department'),
    ('Contact', 'Email', 'contact', 'email'), ('Contact', 'LeadSource', 'contact', 'lead_source'),
    ('Contact', 'HasOptedOutOfEmail', 'contact', 'has_opted_out_of_email'),
    ('Contact', 'DoNotCall', 'contact', 'do_not_call'),
    ('Opportunity', 'AccountId', 'opportunity', 'account_id'), ('Opportunity', 'OwnerId', 'opportunity', 'owner_id'),
    ('Opportunity', 'CampaignId', 'opportunity', 'campaign_id'), ('Opportunity', 'StageName', 'opportunity', 'stage'),
    ('Opportunity', 'Amount', 'opportunity', 'amount'), ('Opportunity', 'Probability', 'opportunity', 'probability'),
    ('Opportunity', 'CloseDate', 'opportunity', 'close_on'), ('Opportunity', 'Type', 'opportunity', 'opportunity_type'),
    ('Opportunity', 'LeadSource', 'opportunity', 'lead_source'), ('Opportunity', 'Name', 'opportunity', 'opportunity_name')
) as listed (object, column_name, record_of, attribute)
