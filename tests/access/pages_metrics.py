"""Who may open what in metrics. The columns are explained in test_pages.py."""

from metrics.models import Alert, Night
from tests.factories import DAY

OBJECTS = {
    "figure": lambda _world: "mrr",
    "night": lambda _world: Night.objects.create(day=DAY).day.isoformat(),
    "alert": lambda world: Alert.objects.create(
        customer=world["customer"], kind=Alert.Kind.WENT_RED, day=DAY, details={"score": 20}
    ),
}
OF_A_CUSTOMER = {"alert"}

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET metrics:overview":            (302, 200, 200, 200, 200, 200),
    "GET metrics:movement_list":       (302, 200, 200, 200, 200, 200),
    "GET metrics:figure_list":         (302, 200, 200, 200, 200, 200),
    "GET metrics:figure_detail figure": (302, 200, 200, 200, 200, 200),
    "GET metrics:night_list":          (302, 200, 200, 200, 200, 200),
    "GET metrics:night_detail night":  (302, 200, 200, 200, 200, 200),
    "POST metrics:night_close":        (302, 403, 403, 302, 403, 302),
    "GET metrics:alert_list":          (302, 200, 200, 200, 200, 200),
    "POST metrics:alert_dismiss alert": (302, 404, 302, 302, 403, 302),
}  # fmt: skip
