from django.urls import path

from accounts.views import profile, settings_page

app_name = "accounts"
urlpatterns = [
    path("settings/", settings_page.settings_page, name="settings"),
    path("profile/", profile.profile, name="profile"),
]
