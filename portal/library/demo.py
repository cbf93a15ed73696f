"""The demonstration's liability resources and library: real provisions and documents, each with where it comes from."""

from __future__ import annotations

from portal.access.enums import Label
from portal.core import demo
from portal.library import importing, provisions, readings
from portal.library.bundles import Folder
from portal.library.importing import Wish
from portal.library.models import EvidenceTag, PortalDocument
from portal.library.plan import demo as plan_demo  # noqa: F401  (it registers itself)
from portal.members.models import Person

EDITOR = "mop3@state.example"
READ_LATER = ("dhs-bod-17-01-scan-image-only",)  # by the desk-worker: a scan takes as long as all others together
SCHEME = "23 NYCRR 500"  # a rule that is in the demonstration itself, so that its numbers can be looked up
REQUIREMENTS = {
    "500.11": "Third-party service provider security policy",
    "500.16": "Incident response and business continuity management",
}


@demo.seeder(order=45, title="Liability resources")
def seed(echo: demo.Echo) -> None:
    entered = provisions.load(demo.folder() / "liability.json")
    echo(f"{entered.provisions} provisions")


@demo.seeder(order=55, title="Library")
def seed_library(echo: demo.Echo) -> None:
    """After the guidance: a document that a page carries already is taken in, and not there twice."""
    bundle = Folder(demo.folder() / "library")
    wish = Wish(is_published=True, label=Label.CLEAR)
    summary = importing.import_bundle(bundle, importing.read_manifest(bundle), wish=wish)
    _name_reviewer()
    _name_requirements()
    echo(f"{summary.sentence()}; {_read()} read")


def _read() -> int:
    """Read what waits, so that search finds its pages from the beginning. Returns how many."""
    rows = readings.waiting().values_list("document_id", "document__file")
    keys = [key for key, name in rows if not any(word in name for word in READ_LATER)]
    return sum(readings.read_one(key) for key in keys)


def _name_reviewer() -> None:
    editor = Person.objects.filter(email=EDITOR).first()
    PortalDocument.objects.filter(in_library=True, reviewer=None).exclude(review_by=None).update(reviewer=editor)


def _name_requirements() -> None:
    for code, title in REQUIREMENTS.items():
        tag, _is_new = EvidenceTag.objects.get_or_create(scheme=SCHEME, code=code)
        if not tag.title:
            EvidenceTag.objects.filter(pk=tag.pk).update(title=title)
