from django.urls import path

from surveys.views import survey_list

app_name = "surveys"
urlpatterns = [
    path("surveys/", survey_list.survey_list, name="survey_list"),
]
