-- One row per model, version, slice and metric: how good the model is on moments it never saw, with what certainty
-- key: model, model_version, slice, metric
select
    model,
    coalesce(model_version, 'none') as model_version,
    slice,
    metric,
    value,
    low,
    high,
    n,
    split,
    as_of,
    verdict,
from scores.model_health
