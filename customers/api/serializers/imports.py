"""Imports as JSON: what a program asks for with its file, and what became of it."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import fields
from accounts.api.serializers import PersonSerializer, ResourceSerializer, StrictSerializer
from customers.importing.reading import DELIMITERS, ENCODINGS
from customers.importing.reasons import file_reason
from customers.importing.register import noun_choices
from customers.importing.told import Told
from customers.models import ImportRow, ImportRun
from lib.money import validate_currency

OPTIONS = ("date_order", "decimal_mark", "currency", "null_word")


class ImportAskedSerializer(StrictSerializer):
    """The query of an upload."""

    noun = serializers.ChoiceField(choices=noun_choices(), help_text="What the rows are.")
    file_name = serializers.CharField(max_length=255, required=False, help_text="Shown to people.")
    dry_run = serializers.BooleanField(default=False, help_text="Check only, and wait for `save`.")
    map = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=100, required=False,
        help_text="FIELD=COLUMN where the guess is wrong; an empty column leaves the field out.",
    )  # fmt: skip
    attribute = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=100, required=False,
        help_text="A column to be kept as a custom attribute.",
    )  # fmt: skip
    encoding = serializers.ChoiceField(choices=[*ENCODINGS], required=False)
    delimiter = serializers.ChoiceField(choices=DELIMITERS, required=False)
    date_order = serializers.ChoiceField(
        choices=["dmy", "mdy"], required=False,
        help_text="Needed where days like 03-04-2026 leave it open.",
    )  # fmt: skip
    decimal_mark = serializers.ChoiceField(choices=[".", ","], required=False)
    currency = serializers.CharField(
        max_length=3, required=False, validators=[validate_currency],
        help_text="Where a row names none.",
    )  # fmt: skip
    null_word = serializers.CharField(
        max_length=20, required=False, help_text="The word that clears a value, `NULL` without it."
    )
    as_of = fields.DayField(
        required=False, help_text="The day the file was made; today without it."
    )

    def told(self) -> Told:
        asked: dict[str, Any] = self.validated_data
        return Told(
            asked.get("encoding", ""), asked.get("delimiter", ""), asked.get("map", []),
            asked.get("attribute", []), {name: asked.get(name, "") for name in OPTIONS},
        )  # fmt: skip


class ImportCountsSerializer(serializers.Serializer):
    """Rows by verdict; of an undo also what was taken back and what was kept."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    undone = serializers.IntegerField()
    kept = serializers.IntegerField()


class ImportFailureSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class ImportSerializer(ResourceSerializer):
    expandable = {"uploaded_by": ("uploaded_by", PersonSerializer)}

    counts = serializers.SerializerMethodField()
    columns = serializers.SerializerMethodField(
        help_text="The column each field is read from, and columns kept as attributes."
    )
    failure = serializers.SerializerMethodField()
    percent_done = serializers.IntegerField(read_only=True)
    undo_until = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = [
            "id", "noun", "state", "file_name", "uploaded_by", "columns", "row_count",
            "rows_done", "percent_done", "counts", "failure", "saves_when_checked", "created_at",
            "finished_at", "undone_at", "undo_until",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ImportCountsSerializer)
    def get_counts(self, run: ImportRun) -> dict[str, int]:
        names = [*ImportRow.Verdict.values, "undone", "kept"]
        return {name: run.counts.get(name, 0) for name in names}

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_columns(self, run: ImportRun) -> dict[str, str]:
        fed = {name: run.header[at] for name, at in run.mapping.get("fields", {}).items()}
        kept = run.mapping.get("attributes", {})
        return fed | {f"attr.{of['key']}": run.header[int(at)] for at, of in kept.items()}

    @extend_schema_field(ImportFailureSerializer(allow_null=True))
    def get_failure(self, run: ImportRun) -> dict[str, str] | None:
        if not run.failure:
            return None
        code = run.failure["code"]
        return {"code": code, "detail": file_reason(code, run.failure["params"])}

    def get_undo_until(self, run: ImportRun) -> datetime | None:
        return run.undo_until()
