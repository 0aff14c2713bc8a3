from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from customers.importing.register import register


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Surveys")

    def ready(self) -> None:
        # Nouns need the models, which are there only now.
        from surveys.asked_elsewhere import INVITATIONS
        from surveys.importing import ANSWERS

        register(INVITATIONS, ANSWERS)
