from django.urls import path, re_path

from surveys.views import answer, survey_list

app_name = "surveys"
urlpatterns = [
    re_path(r"^s/(?P<token>[^/]{1,200})/?$", answer.answer, name="answer"),
    path("surveys/", survey_list.survey_list, name="survey_list"),
]
