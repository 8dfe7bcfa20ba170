-- One row per outcome and idea: what goes with it over the whole market, by how much, how sure; association, not cause
-- key: model, outcome, idea
select
    model,
    outcome,
    idea,
    rank,
    effect,
    low,
    high,
    unit,
    from_value,
    to_value,
    feature,
    strength,
    p_value,
    q_value,
    is_found,
    n,
    as_of,
    sentence,
from scores.drivers
