"""The metrics of staying and leaving, in the order of their rules."""

from metrics.metric import Metric
from metrics.retention.cohorts import COHORT_GROSS, COHORT_LOGO, COHORT_NET
from metrics.retention.fitted import MODELLED_RETENTION
from metrics.retention.renewals import RENEWALS
from metrics.retention.survival import MEAN_LIFETIME, MEDIAN_LIFETIME, SURVIVAL_12, SURVIVAL_24

RETENTION: tuple[Metric, ...] = (
    *RENEWALS,
    COHORT_LOGO,
    COHORT_NET,
    COHORT_GROSS,
    SURVIVAL_12,
    SURVIVAL_24,
    MEDIAN_LIFETIME,
    MEAN_LIFETIME,
    MODELLED_RETENTION,
)
