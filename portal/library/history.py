"""What was done to a document, in Wagtail's log: for its page on Desk, for two people, and to know an import again.

The trail has the verbs as well, without words. This log has what somebody wrote, such as why one was withdrawn.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from portal.library.models import PortalDocument
from portal.members.models import Person

ADD, IMPORT, FACTS, MARK = "library.add", "library.import", "library.facts", "library.mark"
PUBLISH, WITHDRAW, VERSION, REVIEW = "library.publish", "library.withdraw", "library.version", "library.review"
WORDS = {
    ADD: _("Uploaded"),
    IMPORT: _("Imported"),
    FACTS: _("Facts changed"),
    MARK: _("Changed who can read it"),
    PUBLISH: _("Published"),
    WITHDRAW: _("Withdrawn"),
    VERSION: _("New version made"),
    REVIEW: _("Looked at again"),
}
# After one of these somebody else has to look at it, where two people are needed.
EDITS = (ADD, IMPORT, FACTS, MARK, VERSION, "wagtail.create", "wagtail.edit")


def note(document: PortalDocument, action: str, *, by: Person | None, **words: Any) -> None:
    """Write down what was done to a document."""
    log(instance=document, action=action, user=by, data=words or None)


def of(document: PortalDocument) -> QuerySet[Any]:
    """What was done to a document, the latest first."""
    found: QuerySet[Any] = _about().filter(object_id=str(document.pk)).select_related("user")
    return found.order_by("-timestamp", "-pk")


def editors(document: PortalDocument) -> set[int]:
    """The people who uploaded a document or changed anything of it."""
    rows = _about().filter(object_id=str(document.pk), action__in=EDITS).exclude(user=None)
    found = set(rows.values_list("user_id", flat=True))
    return found | ({document.uploaded_by_user_id} if document.uploaded_by_user_id else set())


def imported() -> dict[str, tuple[int, dict[str, str]]]:
    """For each file that was imported, the document that it became last, and what was noted of it then."""
    rows = _about().filter(action=IMPORT).order_by("timestamp", "pk").values_list("object_id", "data")
    return {data["file"]: (int(key), data) for key, data in rows if "file" in data}


def _about() -> QuerySet[Any]:
    found: QuerySet[Any] = ModelLogEntry.objects.get_for_model(PortalDocument)
    return found
