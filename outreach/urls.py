from django.urls import path, re_path

from outreach.views import mailbox, mailing_detail, preferences, suppression_list, unsubscribe

app_name = "outreach"
urlpatterns = [
    # The addresses in mails; outreach/links.py writes them.
    re_path(r"^u/(?P<token>[^/]{1,200})/?$", unsubscribe.unsubscribe, name="unsubscribe"),
    re_path(r"^p/(?P<token>[^/]{1,200})/?$", preferences.preferences, name="preferences"),
    path("mailings/<int:pk>/", mailing_detail.mailing_detail, name="mailing_detail"),
    path("mailings/<int:pk>/pause/", mailing_detail.mailing_pause, name="mailing_pause"),
    path("mailings/<int:pk>/resume/", mailing_detail.mailing_resume, name="mailing_resume"),
    path("mailings/<int:pk>/cancel/", mailing_detail.mailing_cancel, name="mailing_cancel"),
    path("mailings/<int:pk>/retry/", mailing_detail.mailing_retry, name="mailing_retry"),
    path("suppressions/", suppression_list.suppression_list, name="suppression_list"),
    path("suppressions/add/", suppression_list.suppression_add, name="suppression_add"),
    path(
        "suppressions/<int:pk>/remove/",
        suppression_list.suppression_remove,
        name="suppression_remove",
    ),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", mailbox.mailbox_mail, name="mailbox_mail"),
    path("mailbox/<str:name>/html/", mailbox.mailbox_html, name="mailbox_html"),
]
