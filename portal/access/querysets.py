"""The rule as a filter on rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from wagtail.query import PageQuerySet

from portal.access import refusals
from portal.access.enums import Caveat
from portal.access.rule import Verdict, in_time
from portal.access.viewer import Viewer

if TYPE_CHECKING:
    from portal.access.models import Token

M = TypeVar("M", bound=Model)


def _tokens(model: type[Model]) -> QuerySet[Token]:
    from portal.access.models import Token

    content_type = ContentType.objects.get_for_model(model, for_concrete_model=True)
    return Token.objects.filter(content_type=content_type)


def is_open(at: datetime) -> Q:
    """The window of time: visible, not expired, not recalled at the moment `at`."""
    return (
        (Q(visible_from=None) | Q(visible_from__lte=at))
        & (Q(expires_at=None) | Q(expires_at__gt=at))
        & (Q(recalled_at=None) | Q(recalled_at__gt=at))
    )


class MarkedMixin:
    """Row selections for marked things."""

    def for_viewer(self, viewer: Viewer) -> Self:
        """Those that are for this viewer by audience and caveats, whatever the time."""
        rows: Any = self
        if Caveat.LAW_ENFORCEMENT_SENSITIVE not in viewer.clearances:
            rows = rows.filter(law_enforcement_sensitive=False)
        found: Self = rows.filter(Exists(_tokens(rows.model).filter(object_id=OuterRef("pk"), token__in=viewer.tokens)))
        return found

    def readable_by(self, viewer: Viewer, *, at: datetime | None = None) -> Self:
        """Those that this viewer may read at the moment `at` (now, if not given)."""
        rows: Any = self.for_viewer(viewer)
        open_now: Self = rows.filter(is_open(at or timezone.now()))
        return open_now


class MarkedQuerySet(MarkedMixin, QuerySet[M]):
    """Rows of a marked model."""


class MarkedPageQuerySet(MarkedMixin, PageQuerySet):
    """Rows of a marked page type; only published pages can be read."""

    def for_viewer(self, viewer: Viewer) -> Self:
        return super().for_viewer(viewer).filter(live=True)


def verdict_on_stored(thing: Any, viewer: Viewer, *, at: datetime | None = None) -> Verdict:
    """The verdict on a thing as it is stored, in one query where the form for an object reads three relations."""
    enforced = {caveat for caveat in thing.caveat_set if caveat.is_enforced}
    if not thing.is_public_version or not enforced <= viewer.clearances:
        return Verdict.REFUSED
    if not _tokens(type(thing)).filter(object_id=thing.pk, token__in=viewer.tokens).exists():
        return Verdict.REFUSED
    return in_time(thing, at or timezone.now())


def get_readable_or_404(rows: Any, viewer: Viewer, **lookup: Any) -> Any:
    """The one row of a marked queryset that fits `lookup` and is for `viewer`.

    Raises `Http404` alike for 'does not exist' and 'not for you'.
    """
    row = rows.readable_by(viewer).filter(**lookup).first()
    if row is None:
        refusals.tell_of_missing(rows, viewer, **lookup)
        raise Http404
    return row
