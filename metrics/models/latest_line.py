from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet

# What the last lines of {those} customers in {ledger} say, one row for each.
LATEST = """
    SELECT DISTINCT ON (customer_id) customer_id, day, balance, plan,
        max(CASE WHEN plan IS DISTINCT FROM former_plan THEN day END)
            OVER (PARTITION BY customer_id) AS plan_since
    FROM (
        SELECT *, lag(plan) OVER (PARTITION BY customer_id ORDER BY day, id) AS former_plan
        FROM {ledger} WHERE {those}
    ) lines
    ORDER BY customer_id, day DESC, id DESC
"""
LATEST_COLUMNS = "customer_id, day, balance, plan, plan_since"


class LatestLine(models.Model):
    """Where a customer stands after the last line of its ledger: kept by the database with it.

    Of any later day this is all one has to know, without reading the ledger of everybody.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="+",
        verbose_name=_("customer"),
    )  # fmt: skip
    day = models.DateField(_("day"))
    balance = models.DecimalField(_("annual value after"), max_digits=30, decimal_places=12)
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    # The first day of the lines, one after the other, that name this plan.
    plan_since = models.DateField(_("plan since"))

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["customer_id"]
        verbose_name = _("latest line")
        verbose_name_plural = _("latest lines")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


def keeping(changed: str) -> str:
    """What a trigger of the ledger does about the customers of its transition table."""
    those = f"customer_id IN (SELECT customer_id FROM {changed})"
    latest = LATEST.format(ledger="metrics_revenuemovement", those=those)
    return f"""
        DELETE FROM metrics_latestline WHERE {those};
        INSERT INTO metrics_latestline ({LATEST_COLUMNS}) {latest};
        RETURN NULL;
    """
