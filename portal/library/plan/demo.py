"""The demonstration's plan: a few cells, of which none pretends to be a plan that somebody wrote.

No text of a plan is made up. Cells have nothing yet, or their draft is a real guide of the demonstration's library that
a sector could work from, and says so. Owner and dates are invented, and the notes say that too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from portal.access.enums import Label, Reach
from portal.core import demo
from portal.library.models import PlanCell, PlanPart, PlanVersion, PortalDocument
from portal.library.plan.enums import PlanState
from portal.members.models import Person
from portal.vocabulary.models import Sector

OWNER = "mop3@state.example"
OFFICE = "MOP3, editor of the plan"
NOTHING = _("Demonstration: nobody has written this part yet. Owner and date are invented.")
SOURCE = _(
    "Demonstration: nobody has written this part yet. What is under review is a published guide from which it could be "
    "written. Owner and dates are invented."
)
REVIEW_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Sample:
    """One cell: when its next version is due, in days from now, and the title of its source material, if any."""

    sector: str
    part: str
    due_in: int
    source: str = ""
    state: PlanState = PlanState.DRAFT
    label: Label = Label.GREEN


SAMPLES = (
    Sample("dams", "activities", 60, "Emergency Preparedness Guidelines for Levees", PlanState.REVIEW, Label.CLEAR),
    Sample("dams", "goals", 90),
    Sample("information-technology", "activities", 20, "NIST SP 800-34"),
    Sample("water", "infrastructure", 14),
    Sample("energy", "risks", -10),
)


@demo.seeder(order=65, title="Protection plan")
def seed(echo: demo.Echo) -> None:
    owner = Person.objects.filter(email=OWNER).first()
    made = [_enter(sample, owner) for sample in SAMPLES]
    echo(f"{sum(made)} cells of the protection plan")


def _enter(sample: Sample, owner: Person | None) -> bool:
    """Enter one cell; False where it is there, or where the sector or part is not."""
    sector, part = Sector.objects.filter(slug=sample.sector).first(), PlanPart.objects.filter(slug=sample.part).first()
    if sector is None or part is None or PlanCell.objects.filter(sector=sector, part=part).exists():
        return False
    document = _source(sample)
    cell = PlanCell(sector=sector, part=part, owner=owner, owner_office=OFFICE, note=SOURCE if document else NOTHING)
    cell.tlp = sample.label
    cell.reach = Reach.MEMBERS if sample.label is Label.GREEN else Reach.NAMED
    # Nobody is sent a reminder of a date that was made up.
    cell.due_on = timezone.localdate() + timedelta(days=sample.due_in)
    cell.soon_told_for = cell.overdue_told_for = cell.due_on
    cell.save()
    if document is not None:
        _enter_version(cell, sample, document)
    return True


def _source(sample: Sample) -> PortalDocument | None:
    if not sample.source:
        return None
    found: PortalDocument | None = (
        PortalDocument.objects.filter(in_library=True, title__contains=sample.source).order_by("pk").first()
    )
    return found


def _enter_version(cell: PlanCell, sample: Sample, document: PortalDocument) -> None:
    is_open = sample.state is PlanState.REVIEW
    PlanVersion.objects.create(
        cell=cell,
        words="0 (source material)",
        state=sample.state,
        document=document,
        what_changed=_("Nothing before it: this is material to work from, not a version of the plan."),
        comments_until=timezone.localdate() + REVIEW_LASTS if is_open else None,
    )
