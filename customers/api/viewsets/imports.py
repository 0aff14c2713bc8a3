"""/imports: files with more records than one request should carry."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filtering import PARAMETERS_OF_OBJECTS, refuse_strangers
from accounts.api.parsing import StrictJSONParser
from accounts.api.problem import BodyError, Conflict, ParameterError
from accounts.api.viewsets import Listed, Resource, Retrieved
from accounts.permissions import Permission
from customers.api.filters import ImportFilter
from customers.api.serializers.imports import ImportAskedSerializer, ImportSerializer
from customers.api.uploads import CsvParser, ExcelParser, FileParser, LinesParser, Upload
from customers.importing.arriving import receive
from customers.importing.ndjson import as_csv
from customers.importing.reasons import FileRefused
from customers.importing.register import NOUNS
from customers.importing.rejects import rejects_csv
from customers.importing.told import read_as_told
from customers.jobs import ring_for
from customers.models import ImportRun
from lib.days import today

FILE_PARSERS = [CsvParser, ExcelParser, LinesParser, FileParser]
BLOCK = 1 << 20
HOW_TO_SEND = (
    "The body is a CSV or Excel file, or (`application/x-ndjson`) one JSON object a line. Workers"
    " check it and then save what is new or changed; with `dry_run` they only check it. Ask the"
    " address in `Location` how far they are."
)


class ImportViewSet(Listed, Retrieved, Resource):
    """Files of records. Workers check them row by row, save them, and take them back if asked."""

    may_read = may_write = Permission.IMPORT
    queryset = ImportRun.objects.all()
    serializer_class = ImportSerializer
    filterset_class = ImportFilter
    parser_classes = FILE_PARSERS
    upload: Upload | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.scope = _scope_asked(request, kwargs.get("pk"))
        super().initial(request, *args, **kwargs)
        # All of it is here before the transaction of the request begins.
        if self.action == "create" and isinstance(request.data, Upload):
            self.upload = request.data

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        if self.upload is not None:
            self.upload.file.close()
        return super().finalize_response(request, response, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        """Without what the key may not know of: rejected rows show what is in a file."""
        runs, key = super().get_queryset(), self.request.auth
        if key is None:
            return runs
        return runs.filter(noun__in=[n.name for n in NOUNS.values() if _may_read(key, n.scope)])

    @extend_schema(
        request={parser.media_type: OpenApiTypes.BINARY for parser in FILE_PARSERS},
        parameters=[ImportAskedSerializer],
        responses={202: ImportSerializer},
        summary="Send a file to be imported",
        description=HOW_TO_SEND,
    )
    def create(self, request: Request) -> Response:
        asked = _asked(request)
        noun = NOUNS[asked.validated_data["noun"]]
        if not request.user.may(noun.needs):  # type: ignore[union-attr]  # behind the door
            message = _("The role of this key's owner may not do this: %(permission)s.")
            raise PermissionDenied(message % {"permission": noun.needs.label}, "missing_permission")
        try:
            run = self._arrived(asked)
        except FileRefused as refusal:
            raise BodyError(str(refusal), refusal.code) from refusal
        run.start_checking(then_save=not asked.validated_data["dry_run"])
        ring_for(run.pk)
        return self.shown_at(run)

    def _arrived(self, asked: ImportAskedSerializer) -> ImportRun:
        wanted: dict[str, Any] = asked.validated_data
        as_of = wanted.get("as_of") or today()
        user: Any = self.request.user
        run = receive(
            wanted["noun"], wanted.get("file_name", "api"), self._blocks(wanted), user=user,
            as_of=as_of,
        )  # fmt: skip
        try:
            read_as_told(run, asked.told(), as_of)
            if not run.options["date_order_is_certain"] and not wanted["dry_run"]:
                raise FileRefused("dates_unclear")
        except FileRefused:
            run.path.unlink(missing_ok=True)
            raise
        return run

    def _blocks(self, wanted: dict[str, Any]) -> Iterator[bytes]:
        if self.upload is None:
            raise FileRefused("empty")
        file = self.upload.file
        if self.request.content_type.startswith(LinesParser.media_type):
            return as_csv(file, wanted.get("null_word", "NULL"))
        return iter(lambda: file.read(BLOCK), b"")

    def shown_at(self, run: ImportRun) -> Response:
        data = self.serializer_class(run, context=self.get_serializer_context()).data
        headers = {"ETag": self.etag(run), "Location": f"{self.request.path.rstrip('/')}/{run.pk}"}
        return Response(data, status=status.HTTP_202_ACCEPTED, headers=headers)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser])
    def save(self, request: Request, pk: str) -> Response:
        """Save what was checked; 409 unless it stands checked and holds anything new."""
        run = self.get_object()
        return self._begun(run, won=run.start_saving(run.preview_token()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser])
    def undo(self, request: Request, pk: str) -> Response:
        """Take it back; 409 when nothing of it was saved, or the time to undo is over."""
        run = self.get_object()
        return self._begun(run, won=run.start_undoing(timezone.now()))

    def _begun(self, run: ImportRun, *, won: bool) -> Response:
        if not won:
            raise Conflict
        ring_for(run.pk)
        return self.acted(run)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def rejects(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The rejected rows as they came, as a CSV file with one more column that says why."""
        refuse_strangers(request, set())
        run = self.get_object()
        response = StreamingHttpResponse(rejects_csv(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="rejected-rows-{run.pk}.csv"'
        return response


def _asked(request: Request) -> ImportAskedSerializer:
    refuse_strangers(request, PARAMETERS_OF_OBJECTS | set(ImportAskedSerializer().fields))
    query = request.query_params.copy()
    for name in PARAMETERS_OF_OBJECTS:
        query.pop(name, None)
    asked = ImportAskedSerializer(data=query)
    if not asked.is_valid():
        raise ParameterError(asked.errors)
    return asked


def _scope_asked(request: Request, pk: str | None) -> str:
    """Of what the file holds or held: costs are not for keys that may only read customers."""
    if pk is not None:
        named = ImportRun.objects.filter(pk=pk).values_list("noun", flat=True).first()
    else:
        named = request.query_params.get("noun")
    return NOUNS[named].scope if named in NOUNS else "customers"


def _may_read(key: Any, scope: str) -> bool:
    return bool(key.allows(f"{scope}:read") or key.allows(f"{scope}:write"))
