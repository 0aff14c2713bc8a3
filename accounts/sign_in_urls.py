"""Log-in, passwords, second factor and sessions: those pages of allauth that we use.

Nobody signs up, and addresses are changed by an admin, so those pages are left out.
"""

from allauth.account import views as account
from django.urls import include, path, re_path

from accounts.views import login, single_sign_on

urlpatterns = [
    path("login/", login.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    path(
        "oidc/<str:provider_id>/login/", single_sign_on.single_sign_on, name="openid_connect_login"
    ),
    path(
        "oidc/<str:provider_id>/login/callback/",
        single_sign_on.single_sign_on_answer,
        name="openid_connect_callback",
    ),
]
