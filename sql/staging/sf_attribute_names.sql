-- One row per column of the replicated CRM whose past is kept, with the attribute of core that it is
-- key: object, column_name
-- feeds: staging.attribute_names
select listed.object, listed.column_name, listed.record_of, listed.attribute
from (values
    ('SfLead', 'status', 'lead', 'status'), ('SfLead', 'owner_id', 'lead', 'owner_id'),
    ('SfLead', 'rating', 'lead', 'rating'), ('SfLead', 'title', 'lead', 'title'),
    ('SfLead', 'email', 'lead', 'email'), ('SfLead', 'company', 'lead', 'company_name'),
    ('SfLead', 'industry', 'lead', 'industry'), ('SfLead', 'number_of_employees', 'lead', 'employees'),
    ('SfLead', 'annual_revenue', 'lead', 'annual_revenue'), ('SfLead', 'country', 'lead', 'country'),
    ('SfLead', 'lead_source', 'lead', 'lead_source'),
    ('SfLead', 'has_opted_out_of_email', 'lead', 'has_opted_out_of_email'),
    ('SfLead', 'do_not_call', 'lead', 'do_not_call'), ('SfAccount', 'name', 'account', 'account_name'),
    ('SfAccount', 'type', 'account', 'account_type'), ('SfAccount', 'owner_id', 'account', 'owner_id'),
    ('SfAccount', 'parent_id', 'account', 'parent_id'), ('SfAccount', 'industry', 'account', 'industry'),
    ('SfAccount', 'number_of_employees', 'account', 'employees'), ('SfAccount', 'billing_city', 'account', 'city'),
    ('SfAccount', 'annual_revenue', 'account', 'annual_revenue'), ('SfAccount', 'website', 'account', 'website'),
    ('SfAccount', 'billing_country', 'account', 'country'),
    ('SfAccount', 'account_source', 'account', 'account_source'),
    ('SfContact', 'account_id', 'contact', 'account_id'), ('SfContact', 'owner_id', 'contact', 'owner_id'),
    ('SfContact', 'title', 'contact', 'title'), ('SfContact', 'department', 'contact', 'department'),
    ('SfContact', 'email', 'contact', 'email'), ('SfContact', 'lead_source', 'contact', 'lead_source'),
    ('SfContact', 'has_opted_out_of_email', 'contact', 'has_opted_out_of_email'),
    ('SfContact', 'do_not_call', 'contact', 'do_not_call'),
    ('SfOpportunity', 'account_id', 'opportunity', 'account_id'),
    ('SfOpportunity', 'owner_id', 'opportunity', 'owner_id'),
    ('SfOpportunity', 'campaign_id', 'opportunity', 'campaign_id'),
    ('SfOpportunity', 'stage_name', 'opportunity', 'stage'), ('SfOpportunity', 'amount', 'opportunity', 'amount'),
    ('SfOpportunity', 'probability', 'opportunity', 'probability'),
    ('SfOpportunity', 'close_date', 'opportunity', 'close_on'),
    ('SfOpportunity', 'type', 'opportunity', 'opportunity_type'),
    ('SfOpportunity', 'lead_source', 'opportunity', 'lead_source'),
    ('SfOpportunity', 'name', 'opportunity', 'opportunity_name')
) as listed (object, column_name, record_of, attribute)
