-- One row per object that a contract names, with what the extracts hold of it
-- key: source, object
with

records as (
    select 'salesforce' as source, 'Account' as object, CreatedDate as first_at, SystemModstamp as last_at
    from raw.account
    union all
    select 'salesforce', 'Contact', CreatedDate, SystemModstamp from raw.contact
    union all
    select 'salesforce', 'Lead', CreatedDate, SystemModstamp from raw.lead
    union all
    select 'salesforce', 'Opportunity', CreatedDate, SystemModstamp from raw.opportunity
    union all
    select 'salesforce', 'User', CreatedDate, SystemModstamp from raw.user
    union all
    select 'salesforce', 'LeadHistory', CreatedDate, CreatedDate from raw.lead_history
    union all
    select 'salesforce', 'OpportunityHistory', CreatedDate, SystemModstamp from raw.opportunity_history
    union all
    select 'salesforce', 'OpportunityFieldHistory', CreatedDate, CreatedDate from raw.opportunity_field_history
    union all
    select 'salesforce', 'OpportunityLineItem', CreatedDate, SystemModstamp from raw.opportunity_line_item
    union all
    select 'salesforce', 'Product2', CreatedDate, SystemModstamp from raw.product2
    union all
    select 'salesforce', 'Campaign', CreatedDate, SystemModstamp from raw.campaign
    union all
    select 'salesforce', 'CampaignMember', CreatedDate, SystemModstamp from raw.campaign_member
    union all
    select 'salesforce', 'CampaignMemberStatus', CreatedDate, SystemModstamp from raw.campaign_member_status
    union all
    select 'salesforce', 'Task', CreatedDate, SystemModstamp from raw.task
    union all
    select 'salesforce', 'Event', CreatedDate, SystemModstamp from raw.event
    union all
    select 'salesforce', 'RecordType', CreatedDate, SystemModstamp from raw.record_type
    union all
    select 'salesforce', 'OpportunityStage', CreatedDate, SystemModstamp from raw.opportunity_stage
    union all
    select 'engagement', 'web_visit', visited_at, visited_at from raw.web_visit
    union all
    select 'engagement', 'form_fill', submitted_at, submitted_at from raw.form_fill
    union all
    select 'engagement', 'email_event', occurred_at, occurred_at from raw.email_event
    union all
    select 'overlays', 'firmographic', fetched_at, fetched_at from raw.firmographic
),

objects as (
    select listed.source, listed.object
    from (values
        ('salesforce', 'Account'), ('salesforce', 'Contact'), ('salesforce', 'Lead'), ('salesforce', 'Opportunity'),
        ('salesforce', 'User'), ('salesforce', 'LeadHistory'), ('salesforce', 'OpportunityHistory'),
        ('salesforce', 'OpportunityFieldHistory'), ('salesforce', 'OpportunityLineItem'), ('salesforce', 'Product2'),
        ('salesforce', 'Campaign'), ('salesforce', 'CampaignMember'), ('salesforce', 'CampaignMemberStatus'),
        ('salesforce', 'Task'), ('salesforce', 'Event'), ('salesforce', 'RecordType'),
        ('salesforce', 'OpportunityStage'), ('engagement', 'web_visit'), ('engagement', 'form_fill'),
        ('engagement', 'email_event'), ('overlays', 'firmographic')
    ) as listed (source, object)
)

select
    objects.source,
    objects.object,
    count(records.object) > 0 as is_present,
    count(records.object) as records,
    min(records.first_at) as first_at,
    max(records.last_at) as last_at,
from objects
left join records on objects.source = records.source and objects.object = records.object
group by objects.source, objects.object
