"""What of the library is found by search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _, gettext_lazy

from portal.access.derivation import derive
from portal.library.enums import DocumentKind
from portal.library.models import PortalDocument, Provision
from portal.library.versions import is_replaced_for_all
from portal.vocabulary.models import Sector
from search import registry
from search.registry import Projection, Source, Text

# Numbers by which documents are known, as titles name them: SP 800-34, ICS 201, BOD 17-01; and sections, 44.045.
NAMED_NUMBER = re.compile(r"\b[A-Z]{2,8}[ -]\d+(?:[.-]\d+)*[A-Za-z]?\b")
BARE_NUMBER = re.compile(r"\b\d{2,3}(?:[.-]\d{2,4})+\b")


def of_provision(provision: Provision) -> Projection:
    told = (
        provision.condition_words,
        provision.standard,
        provision.not_covered,
        *provision.party_words,
        provision.text,
    )
    return Projection(
        kind="provision",
        title=f"{provision.citation}: {provision.title}",
        summary=provision.summary,
        texts=[Text(0, "\n".join(told))],
        identifiers=[provision.citation],
        dated=_at_noon(provision.verified_on),
    )


def of_document(document: PortalDocument) -> Projection | None:
    """A document of the library, page by page. One that only a bulletin carries is found through the bulletin."""
    if not document.in_library:
        return None
    is_old = is_replaced_for_all(document)
    return Projection(
        kind=document.kind,
        title=document.title,
        summary=" ".join(filter(None, [_("Older version.") if is_old else "", document.summary])),
        texts=_texts(document),
        identifiers=[] if is_old else identifiers_of(document),  # its number leads to the newer one first
        publisher=document.publisher,
        sectors=_sectors(document),
        hazards=[hazard.slug for hazard in document.hazards.all()],
        dated=_at_noon(document.dated),
        is_superseded=is_old,
    )


def identifiers_of(document: PortalDocument) -> list[str]:
    """Its numbers as staff entered them, and those that its title names."""
    named = (pattern.findall(document.title) for pattern in (NAMED_NUMBER, BARE_NUMBER))
    return list(dict.fromkeys([*document.numbers, *(number for found in named for number in found)]))


def _texts(document: PortalDocument) -> list[Text]:
    """Its pages, and as number 0, which is no page, what is said of it beside; also its text, where it has no pages."""
    pages = {page.number: f"{page.name}\n{page.text}" if page.name else page.text for page in document.pages.all()}
    pages[0] = "\n".join([*_facts(document), pages.get(0, "")]).strip()
    return [Text(number, pages[number]) for number in sorted(pages)]


def _facts(document: PortalDocument) -> Iterator[str]:
    """What is said of a document beside its text. People look for 'template' and for publishers as well."""
    yield from filter(
        None,
        [
            str(DocumentKind(document.kind).label) if document.kind in DocumentKind.values else "",
            document.publisher,
            document.written_for,
            document.used_by,
            document.version,
        ],
    )


def _sectors(document: PortalDocument) -> list[str]:
    """The sectors under which a document is found: all of them where it is for every one."""
    sectors = Sector.objects.order_by("pk") if document.is_cross_sector else document.sectors.all()
    return [sector.slug for sector in sectors]


def in_sector(sector: Sector) -> Any:
    """The keys of the documents in which a sector shows: those that name it, and those for every sector."""
    shows = Q(sectors=sector) | Q(is_cross_sector=True)
    return PortalDocument.objects.filter(shows).distinct().values_list("pk", flat=True)


def _at_noon(day: date | None) -> datetime | None:
    return datetime.combine(day, time(12), UTC) if day else None


def page_name(document: PortalDocument, number: int) -> str:
    """A page as the reader calls it; of what has none, a part."""
    reading = getattr(document, "reading", None)
    words = _("Page %(number)s") if reading is None or reading.has_pages else _("Part %(number)s")
    return words % {"number": number}


def safe_title(document: PortalDocument) -> str:
    return document.leakable_title


def changed(document: PortalDocument) -> None:
    """To be called where text of a document was changed without its being saved: search enters it anew."""
    derive(PortalDocument, document.pk)


@receiver(pre_save, sender=PortalDocument)
def newer_version_to_be_saved(sender: Any, instance: PortalDocument, **kwargs: Any) -> None:
    """Which one it superseded until now: that one is the newest again if it does no longer."""
    stored = PortalDocument.objects.filter(pk=instance.pk) if instance.pk else PortalDocument.objects.none()
    instance.superseded_until_now = stored.values_list("supersedes_id", flat=True).first()


@receiver(post_save, sender=PortalDocument)
def newer_version_saved(sender: Any, instance: PortalDocument, **kwargs: Any) -> None:
    """An older version says that it is one, or no longer does."""
    for older in {instance.supersedes_id, instance.superseded_until_now}:
        if older is not None:
            derive(PortalDocument, older)


registry.register(
    Source(
        model=Provision,
        kinds={"provision": gettext_lazy("Liability provision")},
        project=of_provision,
        address=Provision.get_absolute_url,
    )
)
registry.register(
    Source(
        model=PortalDocument,
        kinds={kind.value: kind.label for kind in DocumentKind},
        project=of_document,
        address=PortalDocument.get_absolute_url,
        page_address=PortalDocument.get_page_url,
        page_name=page_name,
        joined=("reading",),
        safe_title=safe_title,
        permalink=PortalDocument.get_absolute_url,  # a random identifier, no words
        prefetch=("sectors", "hazards"),  # pages one document at a time: the text of fifty could be large
        related=[PortalDocument.sectors.through, PortalDocument.hazards.through],
        follows={Sector: in_sector},
    )
)
