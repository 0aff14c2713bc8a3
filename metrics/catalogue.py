"""Every metric there is. A figure that is not here is on no page, in no report and not in the API.

The definition stands beside the arithmetic; this page only lists, in the order of the chapters.
"""

from metrics.churn import CHURN
from metrics.cost_figures import COSTS
from metrics.engagement_figures import ENGAGEMENT
from metrics.loyalty.responding import RESPONDING
from metrics.loyalty.scores import SCORES
from metrics.metric import Metric
from metrics.retention.figures import RETENTION
from metrics.revenue.figures import REVENUE
from metrics.value.figures import VALUES
from metrics.value.pooled_churn import POOLED_CHURN

METRICS: tuple[Metric, ...] = (
    *SCORES,
    *RESPONDING,
    *REVENUE,
    *CHURN,
    *RETENTION,
    *COSTS,
    POOLED_CHURN,
    *VALUES,
    *ENGAGEMENT,
)
BY_CODE: dict[str, Metric] = {metric.code: metric for metric in METRICS}
