from customers.models.attribute import Attribute
from customers.models.contact import Contact
from customers.models.cost_line import CostLine
from customers.models.customer import Customer
from customers.models.event_source import AccountAlias, EventName, SourceDay
from customers.models.exchange_rate import ExchangeRate
from customers.models.import_run import ImportRow, ImportRun
from customers.models.product import Product
from customers.models.purchase import Purchase
from customers.models.role_rate import RoleRate
from customers.models.saved_view import SavedView
from customers.models.subscription import Discount, Subscription, SubscriptionVersion
from customers.models.task import Task
from customers.models.ticket import Ticket
from customers.models.touch_pin import TouchPin
from customers.models.touchpoint import Touchpoint
from customers.models.trait_bag import TraitBag
from customers.models.usage_event import (
    DirtyDay,
    QuarantinedEvent,
    SeenMessage,
    UnresolvedEvent,
    UsageEvent,
)
from customers.models.usage_event_line import UsageEventLine
from customers.models.win_back import WinBack

__all__ = [
    "AccountAlias",
    "Attribute",
    "Contact",
    "CostLine",
    "Customer",
    "DirtyDay",
    "Discount",
    "EventName",
    "ExchangeRate",
    "ImportRow",
    "ImportRun",
    "Product",
    "Purchase",
    "QuarantinedEvent",
    "RoleRate",
    "SavedView",
    "SeenMessage",
    "SourceDay",
    "Subscription",
    "SubscriptionVersion",
    "Task",
    "Ticket",
    "TouchPin",
    "Touchpoint",
    "TraitBag",
    "UnresolvedEvent",
    "UsageEvent",
    "UsageEventLine",
    "WinBack",
]
