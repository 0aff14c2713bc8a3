"""Filters of lists: declared per resource, strict about everything else."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as django_filters
from django_filters.utils import translate_validation
from rest_framework.request import Request

from accounts.api.fields import FIRST_DAY, LARGEST_ID, LAST_DAY, read_moment
from accounts.api.problem import ParameterError

PARAMETERS_OF_LISTS = {"limit", "cursor", "ordering", "count", "fields", "expand"}
PARAMETERS_OF_OBJECTS = {"fields", "expand"}
EXACT = ["exact", "in"]
RANGE = ["exact", "gte", "lte"]
RANGE_OR_EMPTY = [*RANGE, "isnull"]
LINK = ["exact", "in", "isnull"]


class WholeNumber(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "min_value": -LARGEST_ID, "max_value": LARGEST_ID})


class Day(forms.DateField):
    default_validators = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "input_formats": ["%Y-%m-%d"]})


class Moment(forms.CharField):
    def clean(self, value: str) -> Any:
        text = super().clean(value)
        if not text:
            return None
        # A plus in a query string arrives as a space.
        moment = read_moment(text.replace(" ", "+"))
        if moment is None:
            raise forms.ValidationError(
                _("This must be a moment with its zone, such as 2026-06-15T03:00:00Z.")
            )
        return moment


class NumberFilter(django_filters.NumberFilter):
    field_class = WholeNumber

    def get_max_validator(self) -> None:
        return None


class DayFilter(django_filters.DateFilter):
    field_class = Day


class MomentFilter(django_filters.DateTimeFilter):
    field_class = Moment


class YesNoFilter(django_filters.ChoiceFilter):
    """Exactly true or false; stock filters take anything else for "do not care"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("choices", None)
        super().__init__(choices=[("true", "true"), ("false", "false")], **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return super().filter(qs, value == "true") if value else qs


class StrictFilterSet(django_filters.FilterSet):
    """`Meta.fields` names fields and lookups, such as `{"started_on": RANGE}`."""

    class Meta:
        filter_overrides = {
            kind: {"filter_class": NumberFilter}
            for kind in (
                models.ForeignKey,
                models.OneToOneField,
                models.AutoField,
                models.IntegerField,
            )
        } | {
            models.DateField: {"filter_class": DayFilter},
            models.DateTimeField: {"filter_class": MomentFilter},
            models.BooleanField: {"filter_class": YesNoFilter},
        }

    @classmethod
    def filter_for_lookup(cls, field: models.Field, lookup_type: str) -> tuple[Any, dict]:
        if lookup_type == "isnull":
            return YesNoFilter, {}
        return super().filter_for_lookup(field, lookup_type)


class StrictFilterBackend(django_filters.DjangoFilterBackend):
    """Unknown parameters and impossible values are a 400 that names the parameter."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        if view.filterset_class is None:
            refuse_strangers(request, PARAMETERS_OF_LISTS)
            return queryset
        filterset = view.filterset_class(request.query_params, queryset=queryset, request=request)
        dynamic = {n for n in request.query_params if view.takes_parameter(n)}
        refuse_strangers(request, PARAMETERS_OF_LISTS | set(filterset.filters) | dynamic)
        if not filterset.is_valid():
            raise ParameterError(translate_validation(filterset.errors).detail)
        return filterset.qs


def refuse_strangers(request: Request, known: set[str]) -> None:
    strangers = set(request.query_params) - known
    if strangers:
        message = _("There is no such parameter here.")
        errors = {name: [message] for name in sorted(strangers)}
        raise ParameterError(errors, "unknown_parameter")
