from django.urls import path

from metrics.views import (
    alert_dismiss,
    alert_list,
    figure_detail,
    figure_list,
    movement_list,
    night_close,
    night_detail,
    night_list,
    overview,
)

app_name = "metrics"
urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("overview/movements/", movement_list.movement_list, name="movement_list"),
    path("figures/", figure_list.figure_list, name="figure_list"),
    path("figures/<slug:code>/", figure_detail.figure_detail, name="figure_detail"),
    path("nights/", night_list.night_list, name="night_list"),
    path("nights/close/", night_close.night_close, name="night_close"),
    path("nights/<str:day>/", night_detail.night_detail, name="night_detail"),
    path("alerts/", alert_list.alert_list, name="alert_list"),
    path("alerts/<int:pk>/dismiss/", alert_dismiss.alert_dismiss, name="alert_dismiss"),
]
