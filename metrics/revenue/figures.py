"""The figures of recurring revenue, in the order of their chapter."""

from metrics.metric import Metric
from metrics.revenue.committed import CMRR
from metrics.revenue.growth import MOVEMENTS, NEW_PRICE, QUICK_RATIO
from metrics.revenue.kept import GROSS_REVENUE_CHURN, GRR, NET_REVENUE_CHURN, NRR
from metrics.revenue.stock import ARPA, ARR, MRR, PAYING_CUSTOMERS

REVENUE: tuple[Metric, ...] = (
    PAYING_CUSTOMERS,
    MRR,
    ARR,
    CMRR,
    *MOVEMENTS,
    NRR,
    GRR,
    NET_REVENUE_CHURN,
    GROSS_REVENUE_CHURN,
    QUICK_RATIO,
    ARPA,
    NEW_PRICE,
)
