-- One row per Marketo program, and per smart campaign, which belongs to one
-- key: campaign_id
-- feeds: staging.campaigns
select
    'marketo-program-' || id as campaign_id,
    cast(null as varchar) as parent_id,
    name as campaign_name,
    channel as campaign_type,
    status,
    cast(start_date as date) as start_on,
    cast(end_date as date) as end_on,
    false as is_deleted,
    created_at,
from raw.marketo_program
union all
select
    'marketo-campaign-' || campaigns.id,
    'marketo-program-' || campaigns.program_id,
    campaigns.name,
    programs.channel,
    case when campaigns.active then 'active' end,
    cast(null as date),
    cast(null as date),
    false,
    campaigns.created_at,
from raw.marketo_campaign as campaigns
left join raw.marketo_program as programs on campaigns.program_id = programs.id
