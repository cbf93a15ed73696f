"""The folder of sealed files. Only sealed streams are written there, and nothing of it is ever served."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible


def sealed_files() -> Storage:
    """Where sealed files lie: a folder, or whatever `STORAGES["sealed"]` names."""
    return storages["sealed"]


@deconstructible(path="portal.vault.storage.SealedFolder")
class SealedFolder(FileSystemStorage):
    """A folder that can be written to piece by piece. What is opened for writing must not be there yet."""

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if "w" not in mode:
            return File(Path(self.path(name)).open("rb"), name=name)
        place = Path(self.path(name))
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two writers at one place would mix: the second is refused.
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return File(os.fdopen(descriptor, "wb"), name=str(place))

    def url(self, name: str | None) -> str:
        raise ValueError("Sealed files have no address.")
