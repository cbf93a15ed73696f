"""Comments on drafts of the plan: sealed on Front as they come in, opened on Desk alone."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from portal.access.viewer import Viewer
from portal.library.models import PlanCell, PlanComment, PlanVersion, PortalDocument
from portal.library.models.plan import PlanCommentQuerySet
from portal.members.case_file import readable
from portal.vault import records

WORDS = "words"
LONGEST = 4000  # characters
MOST_WAITING = 20  # comments of one person on one version that nobody has answered
ONCE = "portal.library.plan.once"


@dataclass(frozen=True)
class Said:
    """What somebody wrote on the form. `once` makes the same form count once, however often it is sent."""

    words: str = field(repr=False)
    page: int | None
    once: str


def receive(version: PlanVersion, person: int, said: Said) -> PlanComment:
    """Seal and store a comment. Works on Front: nothing is read back, and nothing there opens it again."""
    row = PlanComment(uuid=_identifier(person, version, said), version=version, person_id=person, page=said.page)
    row.words = records.new_key(row.record).seal(WORDS, said.words.encode())
    # It may have come before: a double click, or the back button.
    with suppress(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    return row


def opened(comment: PlanComment) -> str | None:
    """What was written, on Desk; None where it does not open. The trail records that it was opened."""
    try:
        return readable(records.open_sealed(comment.record, WORDS, bytes(comment.words)))
    except records.VaultProblem:
        return None


def has_too_many(version: PlanVersion, person: int) -> bool:
    """Whether so many of this person's comments on a version wait that they should wait as well."""
    waiting = PlanComment.objects.waiting().filter(version=version, person=person)
    return bool(waiting.count() >= MOST_WAITING)


def of_person(viewer: Viewer) -> PlanCommentQuerySet:
    """A member's own comments with their answers, newest first, without the sealed words, which Front may not read.

    What they may no longer read does not exist for them, nor what was said about it.
    """
    cells, documents = PlanCell.objects.readable_by(viewer), PortalDocument.objects.in_library_for(viewer)
    seen = Q(version__cell__in=cells.values("pk"), version__document__in=documents.values("pk"))
    rows = PlanComment.objects.filter(seen, person=viewer.person).defer("words", "answered_by")
    found: PlanCommentQuerySet = rows.select_related("version__cell__sector", "version__cell__part").order_by("-at")
    return found


def _identifier(person: int, version: PlanVersion, said: Said) -> uuid.UUID:
    """It follows from the form and its words, so that a second sending meets the first. It tells nobody the words."""
    facts = f"{person}:{version.pk}:{said.once}:{said.page}:{said.words}"
    return uuid.UUID(bytes=salted_hmac(ONCE, facts, algorithm="sha256").digest()[:16], version=4)
