"""The back office of facts: looked up and repaired. What arrived from outside is read only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.models import (
    AccountAlias,
    Attribute,
    Contact,
    CostLine,
    Customer,
    DirtyDay,
    Discount,
    EventName,
    ExchangeRate,
    ImportRow,
    ImportRun,
    Product,
    Purchase,
    QuarantinedEvent,
    RoleRate,
    SavedView,
    SeenMessage,
    SourceDay,
    Subscription,
    SubscriptionVersion,
    Task,
    Ticket,
    TouchPin,
    Touchpoint,
    TraitBag,
    UnresolvedEvent,
    UsageEventLine,
    WinBack,
)
from lib.back_office import AddOnly, BackOffice, OfOneCustomer, ReadOnly


@admin.register(Customer)
class CustomerAdmin(BackOffice):
    list_display = ("name", "external_id", "stage", "csm", "team", "started_on", "churned_on")
    search_fields = ("external_id", "domain")
    ordering = ("name", "pk")


@admin.register(Contact)
class ContactAdmin(BackOffice):
    list_display = ("name", "email", "customer", "role", "consent", "bounced_at", "left_at")
    search_fields = ("external_id", "email", "customer")


@admin.register(CostLine)
class CostLineAdmin(BackOffice):
    list_display = ("label", "kind", "starts_on", "until", "amount", "currency",
                    "retention_share", "acquisition_share", "author")  # fmt: skip
    search_fields = ("label",)


@admin.register(TouchPin)
class TouchPinAdmin(BackOffice):
    list_display = ("customer", "touch", "reason", "until", "author")
    search_fields = ("customer",)


@admin.register(RoleRate)
class RoleRateAdmin(BackOffice):
    list_display = ("role", "effective_on", "hourly")


@admin.register(Product)
class ProductAdmin(BackOffice):
    list_display = ("name", "external_id")
    search_fields = ("external_id",)


@admin.register(Subscription)
class SubscriptionAdmin(BackOffice):
    list_display = ("external_id", "customer", "product", "created_at")
    search_fields = ("external_id", "customer")


@admin.register(SubscriptionVersion)
class SubscriptionVersionAdmin(AddOnly):
    """A correction is a newer version; those there are stay as they are."""

    list_display = ("subscription", "effective_on", "recorded_at", "recorded_by", "plan",
                    "short_price", "currency", "short_quantity", "interval")  # fmt: skip
    search_fields = ("subscription",)

    @admin.display(description=_("price per unit and interval"))
    def short_price(self, version: SubscriptionVersion) -> str:
        """Without the noughts behind its last place; prices are kept to twelve of them."""
        return f"{version.price.normalize():f}"

    @admin.display(description=_("quantity (seats)"))
    def short_quantity(self, version: SubscriptionVersion) -> str:
        return f"{version.quantity.normalize():f}"


@admin.register(Discount)
class DiscountAdmin(AddOnly):
    list_display = ("version_id", "percent", "amount", "starts_on", "ends_on")
    search_fields = ("version",)


@admin.register(Purchase)
class PurchaseAdmin(BackOffice):
    list_display = ("external_id", "number", "customer", "purchased_on", "amount", "currency",
                    "due_on", "paid_on")  # fmt: skip
    search_fields = ("external_id", "customer")


@admin.register(Touchpoint)
class TouchpointAdmin(BackOffice):
    list_display = ("happened_at", "kind", "customer", "contact", "author", "minutes")
    search_fields = ("customer",)
    may_delete = True


@admin.register(Ticket)
class TicketAdmin(BackOffice):
    list_display = ("external_id", "subject", "customer", "priority", "opened_at", "closed_at")
    search_fields = ("external_id", "customer")


@admin.register(Task)
class TaskAdmin(BackOffice):
    list_display = ("title", "customer", "assignee", "priority", "due_on", "done_at", "dropped_at")
    search_fields = ("customer", "assignee", "origin_key")


@admin.register(Attribute)
class AttributeAdmin(BackOffice):
    list_display = ("key", "label", "type")
    search_fields = ("key",)


@admin.register(TraitBag)
class TraitBagAdmin(ReadOnly):
    list_display = ("customer_id", "updated_at")
    search_fields = ("customer",)
    may_delete = True


@admin.register(SavedView)
class SavedViewAdmin(BackOffice):
    list_display = ("name", "owner", "is_shared", "query")
    search_fields = ("owner",)
    may_delete = True


@admin.register(ExchangeRate)
class ExchangeRateAdmin(BackOffice):
    list_display = ("currency", "month", "rate")
    search_fields = ("currency",)
    may_delete = True


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    list_display = ("file_name", "noun", "state", "uploaded_by", "row_count", "created_at")


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnly):
    list_display = ("run", "number", "verdict", "external_id", "problems", "undone")
    search_fields = ("run",)


@admin.register(AccountAlias)
class AccountAliasAdmin(BackOffice):
    list_display = ("account", "customer", "created_at")
    search_fields = ("account",)
    may_delete = True


@admin.register(SourceDay)
class SourceDayAdmin(ReadOnly):
    list_display = ("source", "day", "stored", "duplicate", "differing", "waiting", "quarantined")
    search_fields = ("source",)


@admin.register(EventName)
class EventNameAdmin(ReadOnly):
    list_display = ("name", "source", "looks_personal", "first_seen_at")
    search_fields = ("name",)
    may_delete = True


@admin.register(DirtyDay)
class DirtyDayAdmin(ReadOnly):
    list_display = ("day", "marks", "marked_at")


@admin.register(SeenMessage)
class SeenMessageAdmin(ReadOnly):
    list_display = ("event_id", "seen_on", "digest")


@admin.register(UnresolvedEvent)
class UnresolvedEventAdmin(ReadOnly):
    list_display = ("account", "message_id", "source", "received_at")
    search_fields = ("account",)


@admin.register(QuarantinedEvent)
class QuarantinedEventAdmin(ReadOnly):
    list_display = ("code", "detail", "message_id", "source", "received_at")


@admin.register(WinBack)
class WinBackAdmin(BackOffice):
    list_display = ("customer", "state", "note", "author", "noted_at")
    search_fields = ("customer",)


@admin.register(UsageEventLine)
class UsageEventLineAdmin(OfOneCustomer):
    list_display = ("key", "occurred_at", "person", "kind", "name", "quantity", "seconds")
