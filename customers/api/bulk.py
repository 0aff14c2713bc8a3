"""POST /…/bulk-upsert: up to a thousand records at once, matched by external id or key.

Each item is judged by itself: a bad one is reported and the good ones are kept, unless the caller
wants all or none. A dry run does everything and takes it back, so that it cannot differ.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import fields
from accounts.api.errors import pointed
from accounts.api.filtering import refuse_strangers
from accounts.api.serializers import StrictSerializer

MOST_ITEMS = 1_000
MOST_BYTES = 5_000_000


class BulkSerializer(StrictSerializer):
    items = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_ITEMS
    )
    dry_run = fields.YesNoField(default=False)
    all_or_none = fields.YesNoField(default=False)


class BulkErrorSerializer(serializers.Serializer):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class BulkVerdictSerializer(serializers.Serializer):
    index = serializers.IntegerField()
    external_id = serializers.CharField(
        allow_null=True, help_text="What the item is matched by: its external id, or its key."
    )
    status = serializers.ChoiceField(choices=["created", "updated", "unchanged", "error"])
    id = serializers.IntegerField(allow_null=True)
    errors = BulkErrorSerializer(many=True)


class BulkResultSerializer(serializers.Serializer):
    """One result per item, in order. `is_saved` is false for a dry run and for none of all."""

    is_saved = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    results = BulkVerdictSerializer(many=True)


class ItemRefused(Exception):
    """An item that cannot be taken, with what is wrong about it."""

    def __init__(self, errors: Any) -> None:
        super().__init__(errors)
        self.errors = errors


class Upsert:
    """One run over the items: what exists is read once, new records are inserted together."""

    def __init__(self, view: Any, items: list[Mapping[str, Any]]) -> None:
        self.view, self.items = view, items
        self.by: str = view.matched_by
        keys = {key for item in items if (key := self._key_of(item))}
        among = {f"{self.by}__in": keys}
        rows = view.get_queryset().filter(**among).select_for_update(of=("self",))
        self.mine = {getattr(row, self.by): row for row in rows}
        every = view.queryset.model.objects.filter(**among).values_list(self.by, flat=True)
        self.foreign = set(every) - set(self.mine)
        self.seen: set[str] = set()
        self.new: list[tuple[dict[str, Any], models.Model]] = []
        self.context = {**view.get_serializer_context(), "known": {}}

    def results(self) -> list[dict[str, Any]]:
        results = [self._result(index, item) for index, item in enumerate(self.items)]
        self.insert([record for _result, record in self.new])
        for result, record in self.new:
            result["id"] = record.pk
        return results

    def insert(self, records: list[Any]) -> None:
        self.view.queryset.model.objects.bulk_create(records, batch_size=500)

    def _result(self, index: int, item: Mapping[str, Any]) -> dict[str, Any]:
        key = self._key_of(item)
        result: dict[str, Any] = {
            "index": index,
            "external_id": key,
            "status": "error",
            "id": None,
            "errors": [],
        }
        try:
            self._upsert(item, key, result)
        except ItemRefused as refused:
            result["errors"] = [
                {"pointer": path, "code": detail.code, "detail": str(detail)}
                for path, detail in pointed(refused.errors)
            ]
        return result

    def _upsert(self, item: Mapping[str, Any], key: str | None, result: dict[str, Any]) -> None:
        if key in self.seen:
            raise self._refused(_("This id occurs twice in the request."), "twice")
        if key in self.foreign:
            raise self._refused(_("This id is taken."), "unique")
        record = self.mine.get(key or "")
        values = self._validated(item, record)
        self.seen.add(key or "")
        if record is None:
            result["status"] = "created"
            self.new.append((result, self.view.made(values)))
        else:
            result["id"] = record.pk
            result["status"] = "updated" if self.change(record, values) else "unchanged"

    def _key_of(self, item: Mapping[str, Any]) -> str | None:
        key = item.get(self.by)
        return key.strip() or None if isinstance(key, str) else None

    def _refused(self, message: Any, code: str) -> ItemRefused:
        """About what the item is matched by."""
        return ItemRefused({self.by: [serializers.ErrorDetail(str(message), code)]})

    def _validated(self, item: Mapping[str, Any], record: models.Model | None) -> dict[str, Any]:
        serializer = self.view.bulk_serializer_class(
            record, data=item, partial=record is not None, context=self.context
        )
        if not serializer.is_valid():
            raise ItemRefused(serializer.errors)
        values: dict[str, Any] = serializer.validated_data
        return values

    def change(self, record: Any, values: dict[str, Any]) -> bool:
        """Whether anything was to be changed. Raises ItemRefused."""
        names = [field.attname for field in record._meta.concrete_fields]
        before = {name: getattr(record, name) for name in names}
        touched = self.view.changed(record, values)
        if before == {name: getattr(record, name) for name in names}:
            return False
        try:
            with transaction.atomic():
                record.save(update_fields=touched)
        except IntegrityError:
            message = serializers.ErrorDetail(str(_("These values contradict each other.")), "no")
            raise ItemRefused({"non_field_errors": [message]}) from None
        return True


class BulkUpserted:
    """Needs `bulk_serializer_class`, `made(values)` and `changed(instance, values)`."""

    bulk_serializer_class: Any
    upsert_class: type[Upsert] = Upsert
    # The field that names a record in the other program.
    matched_by = "external_id"

    @action(detail=False, methods=["post"], url_path="bulk-upsert", max_bytes=MOST_BYTES)
    def bulk_upsert(self, request: Request) -> Response:
        """Create or change up to 1,000 records, matched by external id. One result per item."""
        refuse_strangers(request, set())
        bulk = BulkSerializer(data=request.data)
        bulk.is_valid(raise_exception=True)
        wanted: dict[str, Any] = bulk.validated_data
        body: dict[str, Any] = request.data
        savepoint = transaction.savepoint()
        results = self.upsert_class(self, body["items"]).results()
        counts = Counter(result["status"] for result in results)
        is_saved = not wanted["dry_run"] and not (wanted["all_or_none"] and counts["error"])
        if is_saved:
            transaction.savepoint_commit(savepoint)
        else:
            transaction.savepoint_rollback(savepoint)
            for result in results:
                result["id"] = None if result["status"] == "created" else result["id"]
        return Response({"is_saved": is_saved, "counts": counts, "results": results})
