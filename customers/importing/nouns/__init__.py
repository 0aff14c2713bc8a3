"""What can be imported: each noun knows its columns, judges its rows, writes and takes back."""

from customers.importing.nouns.churn import CHURN
from customers.importing.nouns.contacts import CONTACTS
from customers.importing.nouns.customers import CUSTOMERS
from customers.importing.nouns.exchange_rates import EXCHANGE_RATES
from customers.importing.nouns.noun import Noun
from customers.importing.nouns.purchases import PURCHASES
from customers.importing.nouns.subscriptions import SUBSCRIPTIONS
from customers.importing.nouns.tickets import TICKETS
from customers.importing.nouns.usage import USAGE
from customers.models import ImportRun

NOUNS: dict[str, Noun] = {
    ImportRun.Noun.CUSTOMERS: CUSTOMERS,
    ImportRun.Noun.CONTACTS: CONTACTS,
    ImportRun.Noun.SUBSCRIPTIONS: SUBSCRIPTIONS,
    ImportRun.Noun.PURCHASES: PURCHASES,
    ImportRun.Noun.USAGE: USAGE,
    ImportRun.Noun.TICKETS: TICKETS,
    ImportRun.Noun.CHURN: CHURN,
    ImportRun.Noun.EXCHANGE_RATES: EXCHANGE_RATES,
}

__all__ = ["NOUNS", "Noun"]
