-- One row per open opportunity of new business with its chance to be won, and the place that this gives it
-- key: opportunity_id
-- Where the model may not speak, the probability that the CRM carries ranks, and the row says so. Equal chances: the
-- larger amount first.
with

deals as (
    select
        opportunities.opportunity_id,
        opportunities.opportunity_name,
        opportunities.account_id,
        accounts.account_name,
        opportunities.stage,
        opportunities.reported_amount as amount,
        opportunities.reported_currency as currency,
        opportunities.close_on,
        opportunities.owner_id,
        opportunities.owner_name,
        opportunities.probability as crm_probability,
        case when scores.probability is not null then 'model' else 'crm' end as score_source,
        scores.probability as win_probability,
        scores.lift as win_lift,
        scores.reasons,
        scores.model_version,
        spine.as_of as scored_at,
    from spine.opportunity_win as spine
    inner join core.opportunities as opportunities on spine.opportunity_id = opportunities.opportunity_id
    left join core.accounts as accounts on opportunities.account_id = accounts.account_id
    left join scores.opportunity_win as scores on spine.opportunity_id = scores.opportunity_id
    where spine.purpose = 'score'
)

select
    row_number() over best_first as rank,
    deals.*,
    safe_div(round_int(100 * win_probability * cast(amount as double)), 100) as expected_amount,
from deals
window best_first as (
    order by win_probability desc nulls last, crm_probability desc nulls last, amount desc nulls last, opportunity_id
)
