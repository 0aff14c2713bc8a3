"""What is gone: told to programs that keep a copy, and to whoever asks for it by its id.

The audit trail remembers each row that was deleted as it was. A tombstone is seen by whoever saw
the row: its customer's CSM, who may herself be remembered only there, and people who see all.
"""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import read_moment
from accounts.api.problem import ParameterError
from customers.models import Customer

INCLUDE = "include_deleted"
MOST = 10_000
# What was deleted by a transaction that took its time is told once more rather than never.
OVERLAP = timedelta(minutes=1)


class Gone(APIException):
    status_code = 410
    default_code = "gone"
    default_detail = _("This was deleted, or merged into another one. Forget its id.")


class Remembered:
    """Mixin before `Listed` and `Retrieved`: `?include_deleted=true`, and 410 for what is gone."""

    remembers_deleted = True

    def takes_parameter(self, name: str) -> bool:
        return name == INCLUDE or super().takes_parameter(name)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        is_wanted = _is_wanted(request)
        response: Response = super().list(request, *args, **kwargs)
        if is_wanted:
            response.data |= self._deleted(request)
        return response

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            return super().retrieve(request, *args, **kwargs)
        except Http404:
            if self._tombstones().filter(pgh_obj_id=kwargs["pk"]).exists():
                raise Gone from None
            raise

    def _deleted(self, request: Request) -> dict[str, Any]:
        """With the first page only; the others would say the same again."""
        if "cursor" in request.query_params:
            return {"deleted": []}
        since: Any = read_moment(request.query_params["updated_since"].replace(" ", "+"))
        rows = self._tombstones().filter(pgh_created_at__gte=since - OVERLAP)
        names = ["pgh_obj_id", "pgh_created_at"]
        if hasattr(rows.model, "external_id"):
            names.append("external_id")
        found = list(rows.order_by("pgh_created_at", "pgh_id").values(*names)[: MOST + 1])
        told = [
            {
                "id": row["pgh_obj_id"],
                "external_id": row.get("external_id"),
                "deleted_at": row["pgh_created_at"].isoformat().replace("+00:00", "Z"),
            }
            for row in found[:MOST]
        ]
        return {"deleted": told, "deleted_is_capped": len(found) > MOST}

    def _tombstones(self) -> QuerySet:
        """Deletions of rows that this user could see when they were deleted."""
        model, user = self.queryset.model, self.request.user
        events = apps.get_model(model._meta.app_label, f"{model.__name__}Event")
        rows = events.objects.filter(pgh_label="delete")
        return rows if user.sees_every_customer else rows.filter(_seen_by(user, model))


def _seen_by(user: Any, model: Any) -> Q:
    if model is Customer:
        return Q(csm_id=user.pk)
    gone = apps.get_model("customers", "CustomerEvent").objects.filter(
        pgh_label="delete", csm_id=user.pk
    )
    own = Customer.objects.visible_to(user)
    seen = Q(customer_id__in=own.values("pk")) | Q(customer_id__in=gone.values("pgh_obj_id"))
    return seen | Q(assignee_id=user.pk) if hasattr(model, "assignee") else seen


def _is_wanted(request: Request) -> bool:
    wanted = request.query_params.get(INCLUDE, "false")
    if wanted not in {"true", "false"}:
        raise ParameterError({INCLUDE: [_("Either true or false.")]})
    if wanted == "true" and "updated_since" not in request.query_params:
        raise ParameterError({INCLUDE: [_("Say since when, with updated_since.")]})
    return wanted == "true"
