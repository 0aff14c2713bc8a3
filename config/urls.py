"""All addresses. Ingest and public pages stand at the root, because mails and SDKs name them."""

from django.contrib import admin
from django.urls import include, path

from config.api import api_urlpatterns

admin.site.site_header = admin.site.site_title = "Enishi"

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    # The busiest first: links in mails.
    path("", include("surveys.urls")),
    path("", include("outreach.urls")),
    path("", include("customers.urls")),
    path("", include("metrics.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("accounts.sign_in_urls")),
    path("", include("customers.api.ingest_urls")),
    path("api/v1/", include((api_urlpatterns, "api"))),
    path("api/", include("config.api_schema")),
    path("health/", include("config.health")),
    path("admin/", admin.site.urls),
]
