"""Which figures come first, and of which period: on the Overview, on Revenue and in reports.

NRR and GRR are those of the last twelve months that are over (REV-5), whatever period is asked
about; where they are shown beside figures of the period, they say so.
"""

from django.utils.translation import gettext as _

from metrics.question import Question
from metrics.revenue.kept import trailing_year

OVERVIEW = ("paying_customers", "mrr", "nrr", "grr", "logo_churn", "nps", "csat",
            "ltv_subscription", "crc_share_of_arr", "stickiness")  # fmt: skip
BOARD = ("paying_customers", "mrr", "arr", "nrr", "grr", "logo_churn", "logo_retention",
         "quick_ratio", "arpa", "nps", "csat", "ltv_subscription", "ltv_to_cac",
         "crc_share_of_arr", "stickiness")  # fmt: skip
OF_A_YEAR = ("nrr", "grr")


def asked_of(code: str, question: Question) -> tuple[Question, str]:
    """What a figure is asked, and its caption where its period is not that of the question."""
    if code in OF_A_YEAR:
        return trailing_year(question), _("12 months")
    return question, ""
