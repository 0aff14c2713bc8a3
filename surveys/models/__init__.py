from surveys.models.invitation import Invitation
from surveys.models.response import Response, ResponseRevision
from surveys.models.survey import Survey, SurveyVersion
from surveys.models.wave import Wave

__all__ = ["Invitation", "Response", "ResponseRevision", "Survey", "SurveyVersion", "Wave"]
