from django.urls import path

from metrics.views import night_list, overview

app_name = "metrics"
urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("nights/", night_list.night_list, name="night_list"),
]
