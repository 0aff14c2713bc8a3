"""What this app can import: each noun knows its columns, judges its rows, writes and takes back.

The order is that of a whole company: what others name comes first.
"""

from customers.importing.nouns.churn import CHURN
from customers.importing.nouns.contacts import CONTACTS
from customers.importing.nouns.cost_lines import COST_LINES
from customers.importing.nouns.customers import CUSTOMERS
from customers.importing.nouns.exchange_rates import EXCHANGE_RATES
from customers.importing.nouns.noun import Noun
from customers.importing.nouns.purchases import PURCHASES
from customers.importing.nouns.role_rates import ROLE_RATES
from customers.importing.nouns.subscriptions import SUBSCRIPTIONS
from customers.importing.nouns.tickets import TICKETS
from customers.importing.nouns.touchpoints import TOUCHPOINTS
from customers.importing.nouns.usage import USAGE

OF_CUSTOMERS = (
    CUSTOMERS, CONTACTS, SUBSCRIPTIONS, PURCHASES, USAGE, TICKETS, CHURN, TOUCHPOINTS,
    EXCHANGE_RATES, COST_LINES, ROLE_RATES,
)  # fmt: skip

__all__ = ["OF_CUSTOMERS", "Noun"]
