from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from customers.importing.register import register


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Conclusions")

    def ready(self) -> None:
        # Nouns need the models, which are there only now.
        from metrics.importing import OF_METRICS

        register(*OF_METRICS)
