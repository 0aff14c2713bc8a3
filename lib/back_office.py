"""Manners of Django admin on tables of any size.

No page counts a whole table, sorts by a column without an index, loads a choice of all customers,
or searches but by exact values of indexed columns.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
    Rows = models.QuerySet[Any]
else:
    AnyAdmin, AnyPaginator, Rows = admin.ModelAdmin, Paginator, models.QuerySet


class BoundedPaginator(AnyPaginator):
    """Counts no further than anybody turns pages."""

    MOST = 5_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


class BackOffice(AnyAdmin):
    """Look up and repair. Rows are deleted only where a class says so, and one at a time."""

    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    ordering = ("-pk",)
    sortable_by = ()
    actions = None
    may_add = True
    may_change = True
    may_delete = False
    search_help_text = _("Exact values only: the id, or a key such as an external id.")

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = {field.name for field in self.model._meta.fields if field.is_relation}
        return [name for name in self.list_display if name in related]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A number to type or look up, never a choice of all rows."""
        kwargs["widget"] = ForeignKeyRawIdWidget(db_field.remote_field, self.admin_site)
        return db_field.formfield(**kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: Rows, search_term: str
    ) -> tuple[Rows, bool]:
        word = search_term.strip().replace("\0", "")
        if not word:
            return queryset, False
        asked = models.Q()
        for name in ("pk", *self.search_fields):
            asked |= _exactly(self.model, name, word)
        return (queryset.filter(asked) if asked else queryset.none()), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and super().has_delete_permission(request, obj)


class ReadOnly(BackOffice):
    """Built by rules or arrived from outside: looked at, never typed."""

    may_add = may_change = False


class AddOnly(BackOffice):
    """A correction is a new row; those there are stay as they are."""

    may_change = False


class OfOneCustomer(ReadOnly):
    """A table too big to be listed: only the rows of one customer, by the index of its key.

    The model mirrors a view whose first column is a text key that begins with the customer's id.
    """

    search_fields = ("customer_id",)
    search_help_text = _("The id of a customer. Nothing is listed without one.")
    ordering = ("customer_id",)

    def get_queryset(self, request: HttpRequest) -> Rows:
        rows = super().get_queryset(request)
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page and page.endswith("_changelist"):
            asked = request.GET.get("q", "").strip()
            return rows.filter(customer_id=int(asked)) if _is_id(asked) else rows.none()
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: Rows, search_term: str
    ) -> tuple[Rows, bool]:
        return queryset, False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        customer_id = object_id.partition("~")[0]
        if not _is_id(customer_id):
            return None
        rows = self.get_queryset(request).filter(customer_id=int(customer_id), pk=object_id)
        return rows.first()


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _exactly(model: type[models.Model], name: str, word: str) -> models.Q:
    """Empty when the word cannot be a value of the column."""
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    try:
        value = field.to_python(word)  # type: ignore[union-attr]  # a column of the table
    except (ValidationError, ValueError, OverflowError):
        return models.Q()
    return models.Q(**{name: value})
