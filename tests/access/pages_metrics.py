"""Who may open what in metrics. The columns are explained in test_pages.py."""

from datetime import timedelta

from customers.models import CostLine
from metrics.models import Alert, ClosedMonth, Night, ReportSchedule
from metrics.reports.ordering import order_report
from tests.factories import DAY, NOON


def closed_month() -> str:
    closed = ClosedMonth.objects.create(month=DAY.replace(day=1), cut_off=NOON)
    return str(closed)


OBJECTS = {
    "report": lambda world: order_report(world["ana"], "board", "pdf", {}),
    "schedule": lambda world: ReportSchedule.objects.create(
        subject="board", format="pdf", rhythm="monthly", owner=world["ana"], next_on=DAY
    ),
    "cost_line": lambda _world: CostLine.objects.create(
        kind="tools",
        label="CRM",
        starts_on=DAY,
        until=DAY + timedelta(days=30),
        amount=100,
        currency="JPY",
        retention_share=1,
    ),
    "figure": lambda _world: "mrr",
    "cohort": lambda _world: "2025-01",
    "age": lambda _world: 2,
    "closed": lambda _world: closed_month(),
    "night": lambda _world: Night.objects.create(day=DAY).day.isoformat(),
    "alert": lambda world: Alert.objects.create(
        customer=world["customer"], kind=Alert.Kind.WENT_RED, day=DAY, details={"score": 20}
    ),
}
OF_A_CUSTOMER = {"alert"}

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET metrics:overview":            (302, 200, 200, 200, 200, 200),
    "GET metrics:loyalty":             (302, 200, 200, 200, 200, 200),
    "GET metrics:engagement":          (302, 200, 200, 200, 200, 200),
    "GET metrics:feature_list":        (302, 403, 403, 200, 403, 200),
    "POST metrics:feature_list":       (302, 403, 403, 422, 403, 422),
    "GET metrics:figure_list":         (302, 200, 200, 200, 200, 200),
    "GET metrics:figure_detail figure": (302, 200, 200, 200, 200, 200),
    "GET metrics:revenue":             (302, 200, 200, 200, 200, 200),
    "GET metrics:retention":           (302, 200, 200, 200, 200, 200),
    "GET metrics:cohort_cell cohort age": (302, 200, 200, 200, 200, 200),
    "GET metrics:churn":               (302, 200, 200, 200, 200, 200),
    "POST metrics:win_back customer":  (302, 404, 302, 302, 403, 302),
    "GET metrics:value_and_cost":      (302, 200, 200, 200, 200, 200),
    "POST metrics:touch_take customer": (302, 404, 302, 302, 403, 302),
    "POST metrics:touch_pin customer": (302, 404, 302, 302, 403, 302),
    "POST metrics:touch_unpin customer": (302, 404, 302, 302, 403, 302),
    "GET metrics:cost_list":           (302, 403, 403, 200, 403, 200),
    "GET metrics:cost_new":            (302, 403, 403, 200, 403, 200),
    "GET metrics:cost_edit cost_line": (302, 403, 403, 200, 403, 200),
    "POST metrics:cost_delete cost_line": (302, 403, 403, 302, 403, 302),
    "GET metrics:role_rate_new":       (302, 403, 403, 200, 403, 200),
    "POST metrics:role_rate_new":      (302, 403, 403, 422, 403, 422),
    "GET metrics:assumption_new":      (302, 403, 403, 200, 403, 200),
    "POST metrics:assumption_new":     (302, 403, 403, 422, 403, 422),
    "POST metrics:cost_new":           (302, 403, 403, 422, 403, 422),
    "POST metrics:cost_edit cost_line": (302, 403, 403, 422, 403, 422),
    "GET metrics:exchange_rate_list":  (302, 403, 403, 200, 403, 200),
    "GET metrics:exchange_rate_new":   (302, 403, 403, 200, 403, 200),
    "POST metrics:exchange_rate_new":  (302, 403, 403, 422, 403, 422),
    "GET metrics:closed_month_list":   (302, 200, 200, 200, 200, 200),
    "GET metrics:closed_month_new":    (302, 403, 403, 200, 403, 200),
    "GET metrics:closed_month_detail closed": (302, 200, 200, 200, 200, 200),
    "GET metrics:closed_month_progress closed": (302, 200, 200, 200, 200, 200),
    "POST metrics:closed_month_close closed": (302, 403, 403, 302, 403, 302),
    "GET metrics:report_list":         (302, 200, 200, 200, 200, 200),
    "POST metrics:report_new":         (302, 302, 302, 302, 302, 302),
    "GET metrics:report_progress report": (302, 404, 200, 404, 404, 404),
    "GET metrics:report_download report": (302, 404, 302, 404, 404, 404),
    "POST metrics:schedule_new":       (302, 302, 302, 302, 302, 302),
    "POST metrics:schedule_stop schedule": (302, 404, 302, 404, 404, 404),
    "GET metrics:night_list":          (302, 200, 200, 200, 200, 200),
    "GET metrics:night_detail night":  (302, 200, 200, 200, 200, 200),
    "POST metrics:night_close":        (302, 403, 403, 302, 403, 302),
    "GET metrics:alert_list":          (302, 200, 200, 200, 200, 200),
    "POST metrics:alert_dismiss alert": (302, 404, 302, 302, 403, 302),
}  # fmt: skip
