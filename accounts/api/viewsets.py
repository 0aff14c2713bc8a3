"""What all resources of the API share: the door, shaping, locks, tags and answers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.concurrency import etag_of, is_known, require_match
from accounts.api.filtering import PARAMETERS_OF_OBJECTS, refuse_strangers
from accounts.api.idempotency import answered_once
from accounts.api.parsing import MAX_BYTES, refuse_unknown_length
from accounts.api.problem import ParameterError
from accounts.api.throttling import Rate
from accounts.permissions import Permission


class Resource(GenericViewSet):
    """One noun of the API. Reading starts at `.visible_to(user)`, writing locks the row."""

    http_method_names = ["get", "head", "post", "patch", "delete"]
    queryset: Any = None
    scope = "customers"
    may_read: Permission = Permission.VIEW_CUSTOMERS
    may_write: Permission = Permission.EDIT_CUSTOMERS
    orderings: dict[str, str] = {"created_at": "created_at"}
    default_ordering = "created_at"
    key_field = "id"
    lookup_value_regex = "[0-9]{1,19}"
    filterset_class: Any = None
    max_bytes = MAX_BYTES
    # What one object may be asked for besides its shape.
    object_parameters: tuple[str, ...] = ()
    # Joins that a list needs, and those that `?expand=` adds.
    joined: tuple[str, ...] = ()
    rate: Rate | None = None

    def takes_parameter(self, name: str) -> bool:
        """Whether a parameter that no filter declares is known here."""
        return False

    def get_queryset(self) -> QuerySet:
        rows = self.queryset
        rows = rows.all()
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(self.request.user)
        expand = self._expand() if self.request else ()
        joined = [self.serializer_class.expandable[name][0] for name in expand]
        return rows.select_related(*self.joined, *joined) if joined or self.joined else rows

    def get_object(self) -> Any:
        """The row the path names. For a write it is locked, and If-Match is honoured."""
        if self.request.method in SAFE_METHODS:
            return super().get_object()
        instance = self._locked()
        require_match(self.request, self.etag(instance))
        return instance

    def _locked(self) -> Any:
        found = super().get_object()
        rows = self.get_queryset().select_for_update(of=("self",))
        return get_object_or_404(rows, pk=found.pk)

    # Shaping: `fields=` and `expand=`.

    def get_serializer_context(self) -> dict[str, Any]:
        shape = {"shown": self._shown(), "expand": self._expand()} if self.request else {}
        return {**super().get_serializer_context(), **shape}

    def _shown(self) -> set[str]:
        return self._named("fields", set(self.serializer_class.Meta.fields))

    def _expand(self) -> set[str]:
        return self._named("expand", set(self.serializer_class.expandable))

    def _named(self, parameter: str, known: set[str]) -> set[str]:
        text = self.request.query_params.get(parameter, "")
        named = {word.strip() for word in text.split(",") if word.strip()}
        if named - known:
            message = _("Only these can be named here: %(names)s.") % {
                "names": ", ".join(sorted(known)) or "-"
            }
            raise ParameterError({parameter: [message]})
        return named

    # Answers.

    def etag(self, instance: Any) -> str:
        whole = self.serializer_class(context={"request": self.request})
        return etag_of(whole.to_representation(instance))

    def shown(self, instance: Any, code: int = 200, **headers: str) -> Response:
        """One object with its tag; 304 when the caller has it already."""
        refuse_strangers(self.request, PARAMETERS_OF_OBJECTS | set(self.object_parameters))
        etag = self.etag(instance)
        is_plain = self.request.method in SAFE_METHODS and not self._expand()
        if is_plain and is_known(self.request, etag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
        serializer = self.serializer_class(instance, context=self.get_serializer_context())
        return Response(serializer.data, status=code, headers={"ETag": etag, **headers})

    def acted(self, instance: Any) -> Response:
        """The object after an action of its model."""
        instance.refresh_from_db()
        return self.shown(instance)

    # The frame around each request.

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in SAFE_METHODS:
            return
        refuse_unknown_length(request)
        name = request.method.lower()
        handler: Callable | None = getattr(self, name, None)
        if handler is not None:
            # A write is one transaction, and done once for one Idempotency-Key.
            setattr(self, name, partial(self._written, handler))

    def _written(self, handler: Callable, request: Request, *args: Any, **kwargs: Any) -> Response:
        return answered_once(self, request, partial(handler, request, *args, **kwargs))

    def rendered(self, response: Response) -> bytes:
        return JSONRenderer().render(response.data) or b"null"

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        for name, value in (self.rate.headers() if self.rate else {}).items():
            response.headers[name] = value
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class Listed:
    """GET on the collection."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        serializer = self.get_serializer(page, many=True)
        return self.get_paginated_response(serializer.data)


class Retrieved:
    """GET on one object."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.get_object())


class Created:
    """POST on the collection."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        instance = self.perform_create(serializer.validated_data)
        location = f"{request.path.rstrip('/')}/{instance.pk}"
        return self.shown(instance, status.HTTP_201_CREATED, Location=location)

    def perform_create(self, values: dict[str, Any]) -> Any:
        instance = self.made(values)
        instance.save(force_insert=True)
        return instance

    def made(self, values: dict[str, Any]) -> Any:
        """A new row, not saved yet."""
        return self.queryset.model(**values)


class Updated:
    """PATCH on one object: what is not named stays."""

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        instance = self.get_object()
        serializer = self.get_serializer(instance, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        self.perform_update(instance, serializer.validated_data)
        return self.acted(instance)

    def perform_update(self, instance: Any, values: dict[str, Any]) -> None:
        instance.save(update_fields=self.changed(instance, values))

    def changed(self, instance: Any, values: dict[str, Any]) -> list[str]:
        """Lay values over a row; which fields are to be saved."""
        for name, value in values.items():
            setattr(instance, name, value)
        return [*values, *self.stamped]

    # Fields that change with every save.
    stamped: tuple[str, ...] = ()


class Deleted:
    """DELETE on one object."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.perform_destroy(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_destroy(self, instance: Any) -> None:
        instance.delete()
