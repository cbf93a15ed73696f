"""A page of a list, as every list in the portal is shown: rows, an honest count, and the range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import EmptyPage, Paginator
from django.db.models import QuerySet
from django.http import Http404, QueryDict

PAGE_SIZE = 50


@dataclass(frozen=True)
class ActiveFilter:
    """One filter that is on, and the address of the same list without it."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class Listing:
    """One page of rows. `first` and `last` are the range shown (1-based), `count` the size of the whole list."""

    rows: Sequence[Any]
    count: int
    page: int
    pages: int
    filter_form: Any = None
    active_filters: Sequence[ActiveFilter] = field(default_factory=tuple)
    empty_message: str = ""
    page_size: int = PAGE_SIZE

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_size + 1 if self.count else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.count else 0

    @property
    def has_previous(self) -> bool:
        return self.page > 1

    @property
    def has_next(self) -> bool:
        return self.page < self.pages


def paginate(rows: QuerySet[Any] | Sequence[Any], *, page: str, page_size: int = PAGE_SIZE, **extra: Any) -> Listing:
    """Take one page of `rows`; `page` is what stood in the address. Raises `Http404` for a page that is not there."""
    paginator = Paginator(rows, page_size)
    try:
        number = int(page or 1)
        shown = list(paginator.page(number).object_list)
    except (ValueError, EmptyPage):
        raise Http404 from None
    return Listing(shown, paginator.count, number, paginator.num_pages, page_size=page_size, **extra)


def address_without(query: QueryDict, *names: str, value: str | None = None) -> str:
    """The query string without `names` (or without one `value` of the first), starting with '?'."""
    left = query.copy()
    for name in (*names, "page"):
        values = [v for v in left.getlist(name) if value is not None and name == names[0] and v != value]
        left.setlist(name, values) if values else left.pop(name, None)
    encoded = left.urlencode()
    return f"?{encoded}" if encoded else "?"
