from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from customers.importing.register import register


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        # Nouns need the models, which are there only now.
        from customers.importing.nouns import OF_CUSTOMERS

        register(*OF_CUSTOMERS)
