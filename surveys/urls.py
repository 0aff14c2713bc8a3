from django.urls import path, re_path

from surveys.views import (
    answer,
    survey_edit,
    survey_list,
    survey_preview,
    survey_results,
    wave_detail,
    wave_new,
)

app_name = "surveys"
urlpatterns = [
    # The address in mails; outreach/links.py writes it.
    re_path(r"^s/(?P<token>[^/]{1,200})/?$", answer.answer, name="answer"),
    path("surveys/", survey_list.survey_list, name="survey_list"),
    path("surveys/new/", survey_list.survey_new, name="survey_new"),
    path("surveys/<int:pk>/", survey_results.survey_results, name="survey_results"),
    path("surveys/<int:pk>/edit/", survey_edit.survey_edit, name="survey_edit"),
    path("surveys/<int:pk>/publish/", survey_edit.survey_publish, name="survey_publish"),
    path("surveys/<int:pk>/preview/", survey_preview.survey_preview, name="survey_preview"),
    path("surveys/<int:pk>/preview/mail/", survey_preview.survey_preview_mail,
         name="survey_preview_mail"),
    path("surveys/<int:pk>/preview/page/", survey_preview.survey_preview_page,
         name="survey_preview_page"),
    path("surveys/<int:pk>/send/", wave_new.wave_new, name="wave_new"),
    path("surveys/<int:pk>/send/create/", wave_new.wave_create, name="wave_create"),
    path("waves/<int:pk>/", wave_detail.wave_detail, name="wave_detail"),
    path("waves/<int:pk>/start/", wave_detail.wave_start, name="wave_start"),
    path("waves/<int:pk>/test/", wave_detail.wave_test, name="wave_test"),
    path("invitations/<int:pk>/preview/", wave_detail.invitation_preview,
         name="invitation_preview"),
    path("invitations/<int:pk>/mail/", wave_detail.invitation_mail, name="invitation_mail"),
    path("responses/<int:pk>/accept/", survey_results.response_accept, name="response_accept"),
]  # fmt: skip
