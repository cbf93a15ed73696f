"""Finding one row by the key that stands in an address."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

LARGEST_KEY = 2**63 - 1  # what the databases can hold


def get_row(rows: Any, pk: int) -> Any:
    """The row of `rows` with this key. Raises `Http404`, also for a key that no database can hold."""
    if pk > LARGEST_KEY:
        raise Http404
    return get_object_or_404(rows, pk=pk)
