"""The message about one piece of news, written once for all its readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.delivery import letters, stopping
from portal.delivery.enums import Channel, Rhythm, Why
from portal.delivery.finding import KIND
from portal.delivery.items import Item, items_of, one_line
from portal.delivery.letters import Write, Written
from portal.delivery.models import Delivery, News
from portal.delivery.people import Reader


@letters.kind(KIND)
def build(rows: Sequence[Delivery], readers: Mapping[int, Reader]) -> Write:
    """Whether its reader may read it and wants it at once is asked again now."""
    keys = {int(row.about) for row in rows if row.about.isdecimal()}
    items = items_of(list(News.objects.filter(pk__in=keys)))
    now = timezone.now()
    ready: dict[int, Written] = {}

    def write(row: Delivery, reader: Reader) -> Written | Why:
        item = items.get(int(row.about)) if row.about.isdecimal() else None
        if item is None or not item.may_be_read_by(reader, at=now):
            return Why.ACCESS
        if not item.is_newest:
            return Why.REPLACED
        if item.rhythm_for(reader) is not Rhythm.AT_ONCE or not _wants(row, reader):
            return Why.CHOICE
        if item.news.pk not in ready:
            ready[item.news.pk] = write_item(item)
        return ready[item.news.pk].for_reader(reader)

    return write


def _wants(row: Delivery, reader: Reader) -> bool:
    return row.channel != Channel.TEXT or reader.chosen.wants_texts


def write_item(item: Item) -> Written:
    """Above TLP:GREEN: a safe title and a link. That it is critical is of the thing, and is not said there either."""
    may_leave = item.label.may_leave_in_full
    is_said_critical = may_leave and item.topics.is_critical
    subject = _("Critical: %(title)s") % {"title": item.title} if is_said_critical else item.title
    written = letters.render(
        "news",
        subject=subject,
        label=item.label,
        topic=item.kind if may_leave else f"{stopping.VEIL}{item.kind}",
        title=item.title,
        kind=item.source.kinds.get(item.topics.kind, "") if may_leave else "",
        summary=item.summary,
        address=item.address,
        share=item.label.share_sentence,
        is_whole=may_leave,
    )
    return replace(written, short=_short(item), is_shared=True)


def _short(item: Item) -> str:
    """What a text message says: the title, above TLP:GREEN the safe one, and the link."""
    return one_line(f"{item.label.value} {item.title} {settings.PORTAL_FRONT_URL.rstrip('/')}{item.address}")
