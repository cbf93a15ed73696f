"""Marked things for the leak matrix: one of each kind and marking, each with a secret word in all that it says.

Who may read each is written down here by hand, from the table of labels, and not asked of the rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file

from portal.access.derivation import derive
from portal.access.enums import Label, Reach
from portal.bulletins.models import BulletinPage
from portal.library.enums import Evidence, Party, ReadingState
from portal.library.models import (
    DocumentPage,
    DocumentReading,
    LiabilityGap,
    PlanCell,
    PlanPart,
    PortalDocument,
    PortalImage,
    Provision,
    Rendition,
)
from portal.meetings import wording
from portal.meetings.enums import MeetingKind, MinutesState, Openness, State
from portal.meetings.models import AgendaItem, Meeting, Minutes, Notice
from portal.members.models import Community, Person
from portal.vocabulary.models import Sector
from tests.access.leaks.viewers import ACTIVE, EVERYBODY, Circles
from tests.factories import PersonFactory, bulletin, draft, guidance

SEALED = b"zqx-sealed-words-of-a-closed-part"
INSIDE = frozenset({"inside", "inside, cleared"})


@dataclass(frozen=True)
class Case:
    """A marking, who may read what carries it, and who is told that it was there."""

    name: str
    readers: frozenset[str]
    fields: dict[str, Any]
    told: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Item:
    """One thing: the secret word in it, and its own addresses."""

    kind: str
    case: Case
    secret: str
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.case.name}"


def cases(circles: Circles) -> list[Case]:
    """Each label, each way to name an audience, the enforced caveat, and each end of the window."""
    now = timezone.now()
    community = {"audience_communities": [circles.community]}
    quiet = {"audience_communities": [circles.quiet]}
    organisation = {"audience_organisations": [circles.organisation]}
    amber = {"tlp": Label.AMBER, **community}
    cleared, colleague = frozenset({"inside, cleared"}), frozenset({"colleague"})
    return [
        Case("CLEAR", EVERYBODY, {"tlp": Label.CLEAR}),
        Case("GREEN for all members", ACTIVE, {"tlp": Label.GREEN, "reach": Reach.MEMBERS}),
        Case("GREEN for a community", INSIDE, {"tlp": Label.GREEN, **community}),
        Case("AMBER for a community", INSIDE, amber),
        Case("AMBER for a confidential community", INSIDE, {"tlp": Label.AMBER, **quiet}),
        Case("AMBER for an organisation", colleague, {"tlp": Label.AMBER, **organisation}),
        Case("AMBER+STRICT", colleague, {"tlp": Label.AMBER_STRICT, **organisation}),
        Case("RED", frozenset({"named"}), {"tlp": Label.RED, "audience_people": [circles.named]}),
        Case("AMBER, law-enforcement sensitive", cleared, {**amber, "law_enforcement_sensitive": True}),
        Case("AMBER, not yet", frozenset(), {**amber, "visible_from": now + timedelta(days=1)}),
        Case("AMBER, expired", frozenset(), {**amber, "expires_at": now - timedelta(days=1)}, told=INSIDE),
        Case("AMBER, sound for nobody", frozenset(), {"tlp": Label.AMBER}),
    ]


def secret_word(number: int) -> str:
    """A word of letters alone, like no other word, so that what nearly spells it can mean nothing else."""
    return "zqx" + "".join(Random(number).choices("bdfghjklmnprstvw", k=9))


MAKERS = ("bulletin", "guidance", "document", "picture", "provision", "plan", "meeting")


def make_items(circles: Circles, *, kinds: Sequence[str] = MAKERS) -> list[Item]:
    """One thing of each kind for each case, and a bulletin nobody released."""
    made: list[Item] = []
    functions = (_bulletin, _guidance, _document, _picture, _provision, _plan, _meeting)
    makers: dict[str, Any] = dict(zip(MAKERS, functions, strict=True))
    for case in cases(circles):
        for kind in kinds:
            made.append(makers[kind](case, secret_word(len(made))))
    inside = {"tlp": Label.AMBER, "audience_communities": [circles.community]}
    unreleased = Case("AMBER, never released", frozenset(), inside)
    made.append(_draft(unreleased, secret_word(len(made))))
    gap: Any = LiabilityGap.objects.create(title="Gap", description="Near every provision.", parties=[Party.LENDER])
    gap.provisions.set(Provision.objects.all())
    return made


def body(secret: str) -> str:
    return json.dumps([{"type": "text", "value": f"<p>{secret} in the text</p>"}])


def _facts(case: Case, secret: str) -> dict[str, Any]:
    return {"title": f"{secret} title", "slug": f"s-{secret}", "summary": f"{secret} summary", **case.fields}


def _bulletin(case: Case, secret: str, make: Any = bulletin) -> Item:
    page = make(**_facts(case, secret), safe_title=f"{secret} safe", body=body(secret))
    addresses = {
        "page": f"/bulletins/{page.slug}/",
        "bulletin_permalink": page.permalink,
        "page_by_number": f"/-/page/{page.pk}/",
        "bulletin_share": f"/bulletins/{page.slug}/share/",
        "bulletin_useful": f"/bulletins/{page.slug}/useful/",
    }
    return Item("bulletin", case, secret, addresses)


def _draft(case: Case, secret: str) -> Item:
    return _bulletin(case, secret, make=draft)


def _guidance(case: Case, secret: str) -> Item:
    page = guidance(**_facts(case, secret), body=body(secret))
    addresses = {
        "page": page.url,
        "page_by_number": f"/-/page/{page.pk}/",
        "guidance_share": f"/guidance/s-{secret}/share/",
    }
    return Item("guidance", case, secret, addresses)


def _document(case: Case, secret: str) -> Item:
    fields, audiences = _split(case.fields)
    document = PortalDocument(title=f"{secret} title", **fields)
    document.file.save(f"{secret}.txt", ContentFile(f"{secret} in the file".encode()), save=False)
    _keep(document, audiences)
    read = {"state": ReadingState.READ, "page_count": 1, "has_pages": True}
    reading, _is_new = DocumentReading.objects.update_or_create(document=document, defaults=read)
    reading.picture.save(f"{secret}.png", get_test_image_file(filename=f"{secret}.png"))
    DocumentPage.objects.create(document=document, number=1, text=f"{secret} on the page")
    PortalDocument.objects.filter(pk=document.pk).update(is_released=True, in_library=True, supersedes=_former())
    derive(PortalDocument, document.pk)
    addresses = {
        "library_download": document.download_url,
        "library_document": document.get_absolute_url(),
        "library_page": document.get_page_url(1),
        "library_picture": f"{document.get_absolute_url()}picture/",
        "library_changes": f"{document.get_absolute_url()}changes/",
    }
    return Item("document", case, secret, addresses)


def _former() -> PortalDocument:
    """A version before it that everybody may read, and that must not speak of it to the others."""
    former: PortalDocument = PortalDocument(title="Former", tlp=Label.CLEAR, is_released=True, in_library=True)
    former.file.save("former.txt", ContentFile(b"former"), save=False)
    former.save()
    return former


def _picture(case: Case, secret: str) -> Item:
    fields, audiences = _split(case.fields)
    picture = PortalImage(title=f"{secret} picture", file=get_test_image_file(filename=f"{secret}.png"), **fields)
    _keep(picture, audiences)
    smaller = get_test_image_file(filename=f"{secret}-100.png")
    facts = {"filter_spec": "max-100x100", "focal_point_key": "", "width": 100, "height": 100}
    rendition = Rendition.objects.create(image=picture, file=smaller, **facts)
    return Item("picture", case, secret, {"library_image": rendition.url})


def _provision(case: Case, secret: str) -> Item:
    fields, audiences = _split(case.fields)
    facts = {"citation": f"{secret} 1", "title": f"{secret} title", "summary": f"{secret} summary", "standard": secret}
    verified = {"evidence": Evidence.FULL, "verified_on": timezone.localdate(), "parties": Party.values}
    provision = Provision(slug=f"s-{secret}", **facts, **verified, **fields)
    _keep(provision, audiences)
    return Item("provision", case, secret, {"liability_provision": provision.get_absolute_url()})


def _plan(case: Case, secret: str) -> Item:
    """A cell of the protection plan. Its address is that of its place, whether or not there is a cell."""
    fields, audiences = _split(case.fields)
    sector, part = divmod(PlanCell.objects.count(), PlanPart.objects.count())
    place = {"sector": Sector.objects.order_by("name")[sector], "part": PlanPart.objects.all()[part]}
    _keep(PlanCell(**place, owner_office=f"{secret} office", note=f"{secret} note", **fields), audiences)
    return Item("plan", case, secret)


def _meeting(case: Case, secret: str) -> Item:
    """A posted training with its notice, minutes that were published, and a document in its closed part."""
    fields, audiences = _split(case.fields)
    begins = timezone.now() + timedelta(days=10)
    meeting = Meeting(
        kind=MeetingKind.TRAINING,
        state=State.POSTED,
        committee=Community.objects.get(slug="standing-committee"),
        title=f"{secret} title",
        safe_title=f"{secret} safe",
        place=f"{secret} hall",
        remote=f"{secret} line",
        accommodation=f"{secret} office",
        starts_at=begins,
        openness=Openness.PART,
        **fields,
    )
    _keep(meeting, audiences)
    AgendaItem.objects.create(meeting=meeting, order=1, words=f"{secret} point")
    closed = AgendaItem.objects.create(meeting=meeting, order=2, words=f"{secret} closed point", is_closed=True)
    closed.documents.add(PortalDocument.objects.filter(title="Former").first() or _former())
    facts = wording.facts_of(meeting, meeting.agenda.all())
    posted = {"facts": facts, "digest": wording.digest(facts), "starts_at": begins, "earliest": begins}
    poster: Person = PersonFactory(name="Poster")
    Notice.objects.create(meeting=meeting, number=1, posted_by=poster, **posted)
    minutes = {"state": MinutesState.PUBLISHED, "words": f"{secret} was said", "closed_words": SEALED}
    Minutes.objects.create(meeting=meeting, has_closed_part=True, began_at=begins, approved_at=begins, **minutes)
    meeting.save()  # now that its agenda is there: search reads both
    address = meeting.get_absolute_url()
    addresses = {
        "meeting": address,
        "meeting_file": f"{address}meeting.ics",
        "meeting_notice": f"{address}notices/1/",
    }
    return Item("meeting", case, secret, addresses)


def _split(fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    audiences = {name: value for name, value in fields.items() if name.startswith("audience_")}
    return {name: value for name, value in fields.items() if name not in audiences}, audiences


def _keep(thing: Any, audiences: dict[str, Any]) -> None:
    thing.save()
    for name, rows in audiences.items():
        getattr(thing, name).set(rows)
    thing.save()


def make_hub(items: list[Item]) -> BulletinPage:
    """A public bulletin that names every other bulletin as related, and carries every document."""
    related = [
        {"type": "related", "value": list(BulletinPage.objects.values_list("pk", flat=True))},
        {"type": "attachments", "value": list(PortalDocument.objects.values_list("pk", flat=True))},
    ]
    page: BulletinPage = bulletin(title="Hub", slug="hub", tlp=Label.CLEAR, body=json.dumps(related))
    return page
