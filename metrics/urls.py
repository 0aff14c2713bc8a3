from django.urls import path

from metrics.views import (
    alert_dismiss,
    alert_list,
    cohort_cell,
    cost_list,
    figure_detail,
    figure_list,
    movement_list,
    night_close,
    night_detail,
    night_list,
    overview,
    retention,
    touch_tier,
    value_and_cost,
)

app_name = "metrics"
urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("overview/movements/", movement_list.movement_list, name="movement_list"),
    path("value/", value_and_cost.value_and_cost, name="value_and_cost"),
    path("value/<int:customer>/take/", touch_tier.touch_take, name="touch_take"),
    path("value/<int:customer>/pin/", touch_tier.touch_pin, name="touch_pin"),
    path("value/<int:customer>/unpin/", touch_tier.touch_unpin, name="touch_unpin"),
    path("settings/costs/", cost_list.cost_list, name="cost_list"),
    path("settings/costs/new/", cost_list.cost_new, name="cost_new"),
    path("settings/costs/<int:pk>/", cost_list.cost_edit, name="cost_edit"),
    path("settings/costs/<int:pk>/delete/", cost_list.cost_delete, name="cost_delete"),
    path("settings/costs/hours/", cost_list.role_rate_new, name="role_rate_new"),
    path("settings/costs/assumptions/", cost_list.assumption_new, name="assumption_new"),
    path("figures/", figure_list.figure_list, name="figure_list"),
    path("figures/<slug:code>/", figure_detail.figure_detail, name="figure_detail"),
    path("retention/", retention.retention, name="retention"),
    path("retention/cohorts/<str:month>/<int:age>/", cohort_cell.cohort_cell, name="cohort_cell"),
    path("nights/", night_list.night_list, name="night_list"),
    path("nights/close/", night_close.night_close, name="night_close"),
    path("nights/<str:day>/", night_detail.night_detail, name="night_detail"),
    path("alerts/", alert_list.alert_list, name="alert_list"),
    path("alerts/<int:pk>/dismiss/", alert_dismiss.alert_dismiss, name="alert_dismiss"),
]
