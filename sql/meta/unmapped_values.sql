-- One row per value of the extracts that the playbook does not map, with what it counts as
-- key: playbook_list, found_value
with

found as (
    select 'lead_status_steps' as playbook_list, leads.status as found_value, coalesce(steps.step, 'lead') as counts_as
    from staging.leads as leads
    left join core.lead_status_steps as steps on lower(leads.status) = steps.status
    union all
    select 'lead_status_steps', history.new_value, coalesce(steps.step, 'lead')
    from staging.lead_history as history
    left join core.lead_status_steps as steps on lower(history.new_value) = steps.status
    where history.field = 'status'
    union all
    select 'account_types', account_type, 'unknown' from staging.accounts
    union all
    select 'opportunity_types', opportunity_type, 'new' from staging.opportunities
    union all
    select 'campaign_types', campaign_type, 'other' from staging.campaigns
    union all
    select 'form_types', form_type, 'form_other' from staging.form_fills
),

mapped as (
    select 'lead_status_steps' as playbook_list, lower(status) as mapped_value from config.lead_status_steps
    union
    select 'account_types', lower(account_type) from config.account_types
    union
    select 'opportunity_types', lower(opportunity_type) from config.opportunity_types
    union
    select 'campaign_types', lower(campaign_type) from config.campaign_types
    union
    select 'form_types', lower(form_type) from config.form_types
)

select
    found.playbook_list,
    found.found_value,
    found.counts_as,
    count(*) as records,
from found
left join mapped
    on found.playbook_list = mapped.playbook_list and lower(trim(found.found_value)) = mapped.mapped_value
where found.found_value is not null
    and mapped.mapped_value is null
group by found.playbook_list, found.found_value, found.counts_as
