"""A body that is a file: it goes to the disk block by block, whatever its size."""

import hashlib
import tempfile
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from accounts.api.problem import BodyTooLarge
from customers.importing.reasons import file_reason

BLOCK = 1 << 20
KEPT_IN_MEMORY = 2_500_000


class Upload(dict):
    """The bytes in a file that vanishes when it is closed; the items tell two bodies apart."""

    def __init__(self, file: IO[bytes], sha256: str) -> None:
        super().__init__(sha256=sha256)
        self.file = file


class FileParser(BaseParser):
    """Says nothing about what the bytes are: that is seen by looking at them."""

    media_type = "application/octet-stream"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: dict | None = None
    ) -> Upload:
        announced = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        _refuse_more(int(announced))
        file: Any = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115
        digest, size = hashlib.sha256(), 0
        try:
            while block := stream.read(BLOCK):
                size += len(block)
                _refuse_more(size)
                digest.update(block)
                file.write(block)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return Upload(file, digest.hexdigest())


class CsvParser(FileParser):
    media_type = "text/csv"


class ExcelParser(FileParser):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class LinesParser(FileParser):
    media_type = "application/x-ndjson"


def _refuse_more(size: int) -> None:
    if size > settings.IMPORT_MAX_BYTES:
        reason = {"limit": settings.IMPORT_MAX_BYTES // 1_000_000}
        raise BodyTooLarge(file_reason("too_big", reason))
