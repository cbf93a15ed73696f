"""Two applications at the vetting desk of the demonstration. Their people and employers are invented."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.core import demo
from portal.members.applying import Applicant, make_link
from portal.members.enums import ApplicationState
from portal.members.models import Application

EMPLOYER = {"employer": "Meramec Chemical (invented)", "employer_kind": "company", "site": ""}
SUPERVISOR = {"supervisor": "Plant manager", "supervisor_contact": "manager@partner.example"}
APPLICATIONS: dict[str, tuple[str, int, dict[str, dict[str, Any]]]] = {
    "applicant@partner.example": (
        "Applicant",
        3,
        {
            "work": {**EMPLOYER, "position": "Security officer"},
            "contact": {"phone": "573-555-0142", **SUPERVISOR},
            "wanted": {
                "sectors": ["chemical"],
                "communities": [],
                "sponsor": "",
                "reason": "To read warnings about tampering and theft, and to report what our gates see.",
            },
        },
    ),
    "second.applicant@partner.example": (
        "Second applicant",
        1,
        {
            "work": {**EMPLOYER, "employer": "Big River Water (invented)", "position": "Operations lead"},
            "contact": {"phone": "573-555-0177", **SUPERVISOR},
            "wanted": {
                "sectors": ["water"],
                "communities": [],
                "sponsor": "water@partner.example",
                "reason": "Our intake was photographed twice this year; I would like to compare notes.",
            },
        },
    ),
}


@demo.seeder(order=14, title="Applications for membership")
def seed(echo: demo.Echo) -> None:
    """Send the applications that are not there yet."""
    made = sum(_send(email, *facts) for email, facts in APPLICATIONS.items())
    echo(f"{made} new, {len(APPLICATIONS)} in all, at /desk/members/")


def _send(email: str, name: str, days: int, pages: dict[str, dict[str, Any]]) -> bool:
    if Application.objects.filter(email=email).exists():
        return False
    sent = timezone.now() - timedelta(days=days)
    with transaction.atomic():
        application = Application.objects.create(name=name, email=email, created_at=sent, email_verified_at=sent)
        applicant = Applicant(application, make_link(application))
        for page, answers in pages.items():
            applicant.save(page, answers)
        application.state = ApplicationState.SUBMITTED
        application.submitted_at = sent
        application.save(update_fields=["state", "submitted_at"])
    return True
