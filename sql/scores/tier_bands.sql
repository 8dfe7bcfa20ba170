-- One row per tier with the shares of the list it spans, and those in which a unit that had the tier before keeps it
-- key: tier
-- Without a margin, whoever stands at a border would change its tier from day to day with nothing having happened.
select
    tiers.tier,
    coalesce(lag(tiers.up_to_share) over by_share, 0) as from_share,
    tiers.up_to_share,
    coalesce(lag(tiers.up_to_share) over by_share, 0) - settings.tier_margin as kept_from_share,
    tiers.up_to_share + settings.tier_margin as kept_up_to_share,
from config.tiers as tiers
cross join config.targets as settings
window by_share as (order by tiers.up_to_share)
