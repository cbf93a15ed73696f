"""What Front does with files in requests."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class RefuseUploads(FileUploadHandler):
    """Refuse every file before a byte of it is kept.

    Django's CSRF check reads the whole POST before any view runs; without this, plaintext of a file sent with a
    bad token lay in the temporary folder.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        return None
