"""Uploads are cut off on the way to the disk, not measured when they already fill it."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploadHandler(FileUploadHandler):
    """First in `FILE_UPLOAD_HANDLERS`: lets a little more through than an import may have.

    So whoever reads the file sees that it is too big, and nobody can fill the disk with one.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.IMPORT_MAX_BYTES else None

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        return None
