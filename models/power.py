"""What so few outcomes could have told: how strong a signal must be to be found among them. No data, no estimator."""

from math import sqrt

import numpy as np

from models.measures import ONE_SIDED_99, auc_error

POWER_80 = 0.8416212335729143
"""Of a normal distribution, the point with eight of ten below it."""
STEP = 0.001


def chance_error(positives: int, negatives: int) -> float:
    """Standard error of the AUC of a score that knows nothing (H. B. Mann and D. R. Whitney, 1947)."""
    return sqrt((positives + negatives + 1) / (12 * max(positives, 1) * max(negatives, 1)))


def detectable_auc(positives: int, negatives: int, errors: float = ONE_SIDED_99) -> float | None:
    """The least true AUC that a test finds in eight of ten cases which asks for so many standard errors of chance; none
    where even 1 might not be found."""
    needed = 0.5 + errors * chance_error(positives, negatives)
    for auc in np.arange(0.5, 1, STEP):
        if positives and negatives and auc - POWER_80 * auc_error(float(auc), positives, negatives) >= needed:
            return round(float(auc), 3)
    return None
