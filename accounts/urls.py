from django.urls import path
from django.views.i18n import set_language

from accounts.views import profile, settings_page

app_name = "accounts"
urlpatterns = [
    path("settings/", settings_page.settings_page, name="settings"),
    path("profile/", profile.profile, name="profile"),
    path("language/", set_language, name="set_language"),
]
