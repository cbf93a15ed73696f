"""An engineer of a power company at the form of a protected submission, and the colleague who is the alternate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.members.models import Organisation, Person
from portal.reporting.models import Holding, Report
from portal.reporting.protected import clocks
from portal.reporting.protected.clocks import Dates
from portal.reporting.protected.enums import Stage
from portal.vocabulary.calendar import Calendar
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.front.conftest import ORIGIN, FakeScanner, go_to_desk, scanner, sealed_root

__all__ = ["FakeScanner", "go_to_desk", "scanner", "sealed_root"]
NO_REGIME = dict.fromkeys(("classified", "sgi", "cvi", "ssi", "ceii", "bcsi"), "no")
PAGES: dict[str, dict[str, str]] = {
    "elements": {
        **dict.fromkeys(("nonpublic", "owner", "voluntary", "planning"), "yes"),
        "threat": "One switch would leave three hospitals dark.",
    },
    "secret": {"claim": "no", "why": ""},
    "matter": {
        "what": "The single-line diagram of the north substation.",
        "infrastructure": "North substation",
        "owning": "both",
        "sector": "energy",
        "county": "29051",
        "banners": "",
        "use": "The plan for the north bank.",
    },
    "readers": {"readers": "analysts", "planners": ""},
    "wish": {"wish": "return", "address": "4 Dam Road"},
    "contact": {"contact": "573-555-0142", "when": "mornings"},
    "certify": {"authority": "on", "nonpublic": "on"},
}


@dataclass
class Submitter:
    """Somebody who fills in the form page by page, as a browser without scripts does."""

    person: Person
    browser: Client
    organisation: Organisation
    alternate: Person
    versions: dict[str, int] = field(default_factory=dict)

    def begin(self, **said: str) -> Any:
        return self.post("protected", **{**NO_REGIME, **said})

    def answers(self, page: str) -> dict[str, str]:
        """What is typed on a page, unless a test says otherwise."""
        own = {
            "contact": {"organisation": str(self.organisation.pk), "alternate": self.alternate.email},
            "certify": {"signed": self.person.name},
        }
        return {**PAGES[page], **own.get(page, {})}

    def write(self, page: str, **typed: str) -> Any:
        data = {"seen": str(self.versions.get(page, 0)), **self.answers(page), **typed}
        answer = self.browser.post(reverse("protected_page", args=[page]), data)
        if answer.status_code in {302, 422}:
            self.versions[page] = self.versions.get(page, 0) + 1
        return answer

    def fill(self) -> None:
        self.begin()
        for page in PAGES:
            assert self.write(page).status_code == 302, page

    def upload(self, name: str, content: bytes, kind: str = "text/plain") -> Any:
        return self._upload(reverse("protected_upload"), name, content, kind)

    def add_file(self, number: str, name: str, content: bytes, kind: str = "text/plain") -> Any:
        return self._upload(reverse("protected_add_file", args=[number]), name, content, kind)

    def _upload(self, address: str, name: str, content: bytes, kind: str) -> Any:
        file = SimpleUploadedFile(name, content, kind)
        return self.browser.post(address, {"file": file}, headers={"Origin": ORIGIN, "Accept": "application/json"})

    def send(self) -> Any:
        return self.post("protected_check")

    def submit(self) -> tuple[Report, str]:
        """Fill in, send, and take the receipt; gives the submission and its code."""
        self.fill()
        assert self.send()["Location"] == reverse("protected_receipt")
        words = str(self.get("protected_receipt").context["receipt"]["words"])
        self.post("protected_receipt")
        return Report.objects.latest("pk"), words

    def post(self, name: str, *args: Any, **typed: str) -> Any:
        return self.browser.post(reverse(name, args=args), typed)

    def get(self, name: str, *args: Any) -> Any:
        return self.browser.get(reverse(name, args=args))

    def shown(self, name: str, *args: Any) -> str:
        return str(self.get(name, *args).content.decode())


def submitter_of(organisation: Organisation, **named: Any) -> Submitter:
    person = PersonFactory(organisations=[organisation], **named)
    alternate = PersonFactory(organisations=[organisation])
    return Submitter(person, session_for(person), organisation, alternate)


@pytest.fixture
def submitter(pages: Any) -> Submitter:
    return submitter_of(OrganisationFactory(), name="The engineer of the night")


def hold(report: Report, stage: Stage, **facts: Any) -> Holding:
    """The desk's side, as far as Front sees it."""
    dates = Dates(stage=stage, submitted_at=report.submitted_at)
    made: Holding = Holding.objects.create(
        report=report,
        stage=stage,
        submitted_on=report.submitted_at.date(),
        determination_due_at=clocks.determination_due(dates, Calendar()),
        **facts,
    )
    return made
