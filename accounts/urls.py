from django.urls import path
from django.views.i18n import set_language

from accounts.views import (
    api_key_list,
    audit_log,
    profile,
    second_factor,
    settings_page,
    team_list,
    user_disable,
    user_edit,
    user_list,
)

app_name = "accounts"
urlpatterns = [
    path("settings/", settings_page.settings_page, name="settings"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("profile/", profile.profile, name="profile"),
    path("language/", set_language, name="set_language"),
    path("settings/users/", user_list.user_list, name="user_list"),
    path("settings/users/invite/", user_edit.user_invite, name="user_invite"),
    path("settings/users/<int:user_id>/", user_edit.user_edit, name="user_edit"),
    path(
        "settings/users/<int:user_id>/invite-again/",
        user_edit.user_invite_again,
        name="user_invite_again",
    ),
    path("settings/users/<int:user_id>/disable/", user_disable.user_disable, name="user_disable"),
    path("settings/users/<int:user_id>/enable/", user_disable.user_enable, name="user_enable"),
    path("settings/teams/", team_list.team_list, name="team_list"),
    path("settings/teams/<int:team_id>/", team_list.team_edit, name="team_edit"),
    path("settings/teams/<int:team_id>/delete/", team_list.team_delete, name="team_delete"),
    path("settings/api-keys/", api_key_list.api_key_list, name="api_key_list"),
    path("settings/api-keys/issue/", api_key_list.api_key_issue, name="api_key_issue"),
    path(
        "settings/api-keys/<int:key_id>/revoke/",
        api_key_list.api_key_revoke,
        name="api_key_revoke",
    ),
    path("settings/audit-log/", audit_log.audit_log, name="audit_log"),
    path("settings/audit-log/<uuid:entry_id>/", audit_log.audit_entry, name="audit_entry"),
]
