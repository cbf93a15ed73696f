"""The demonstration's cells: real material, said to be that, entered once, and reminding nobody."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from portal.access.enums import Label
from portal.core import outbox
from portal.core.demo import seeders
from portal.library.models import PlanCell, PlanPart, PlanVersion
from portal.library.plan import demo, reminders
from portal.library.plan.enums import PlanState
from portal.vocabulary.models import Sector
from tests.library.plan.making import plan_document

pytestmark = pytest.mark.django_db


def said(_line: str) -> None:
    return None


def test_the_demonstration_enters_them_after_the_library() -> None:
    autodiscover_modules("demo")
    titles = [title for title, _seeder in seeders()]
    assert titles.index("Library") < titles.index("Protection plan")


def test_every_sample_names_a_sector_and_a_part() -> None:
    assert {sample.sector for sample in demo.SAMPLES} <= set(Sector.objects.values_list("slug", flat=True))
    assert {sample.part for sample in demo.SAMPLES} <= set(PlanPart.objects.values_list("slug", flat=True))


def test_without_documents_there_are_cells_and_no_version() -> None:
    for _time in range(2):
        demo.seed(said)
    assert PlanCell.objects.count() == len(demo.SAMPLES)
    assert not PlanVersion.objects.exists()


def test_a_draft_is_a_real_document_and_says_what_it_is() -> None:
    levees = plan_document("Emergency Preparedness Guidelines for Levees: A Guide", tlp=Label.CLEAR)
    for _time in range(2):
        demo.seed(said)
    version = PlanVersion.objects.get()
    assert (version.document, version.state) == (levees, PlanState.REVIEW)
    assert version.takes_comments()
    assert "not a version of the plan" in version.what_changed
    assert all("invented" in cell.note for cell in PlanCell.objects.all())


def test_nobody_is_reminded_of_dates_that_were_made_up(desk_keys: None) -> None:
    demo.seed(said)
    assert reminders.remind(timezone.now()) == 0
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox
