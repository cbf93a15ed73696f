"""The demo accounts. Their organisations are invented, their addresses cannot receive mail (RFC 2606)."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from portal.core import demo
from portal.members import demo_agreements, demo_applications, demo_offices
from portal.members.enums import EndReason, OrganisationKind, StaffRole, Standing
from portal.members.models import Affiliation, Community, CommunityMembership, Organisation, Person, StandingChange

# The seeders register themselves.
__all__ = ["ACCOUNTS", "PASSWORD", "demo_agreements", "demo_applications", "demo_offices", "seed"]

PASSWORD = "demo-portal-2026"  # noqa: S105  (the published password of the demonstration)


@dataclass(frozen=True)
class Account:
    """One demo account."""

    email: str
    name: str
    organisation: str
    standing: Standing = Standing.ACTIVE
    communities: tuple[str, ...] = ()
    roles: tuple[StaffRole, ...] = ()
    is_cleared: bool = False
    is_trusted: bool = False  # the organisation's point of contact, and steward of the communities
    reason: str = ""


ORGANISATIONS = {
    "Ozark Power (invented)": OrganisationKind.COMPANY,
    "Big River Water (invented)": OrganisationKind.COMPANY,
    "Meramec Chemical (invented)": OrganisationKind.COMPANY,
    "County law enforcement (invented)": OrganisationKind.PUBLIC_AGENCY,
    "MIAC (demonstration)": OrganisationKind.PUBLIC_AGENCY,
    "MOP3 (demonstration)": OrganisationKind.PUBLIC_AGENCY,
}
POWER, WATER, CHEMICAL, LAW, MIAC, MOP3 = ORGANISATIONS

ACCOUNTS = (
    Account("energy@partner.example", "Energy partner", POWER, communities=("energy",), is_trusted=True),
    Account("water@partner.example", "Water partner", WATER, communities=("water",)),
    Account("applicant@partner.example", "Applicant", CHEMICAL, Standing.APPLIED),
    Account(
        "suspended@partner.example",
        "Suspended member",
        CHEMICAL,
        Standing.SUSPENDED,
        communities=("chemical",),
        reason="The sponsor left the company.",
    ),
    Account(
        "officer@agency.example", "Law-enforcement officer", LAW, communities=("emergency-services",), is_cleared=True
    ),
    Account("mop3@state.example", "MOP3 staff", MOP3, roles=(StaffRole.MOP3_EDITOR,)),
    Account("author@miac.example", "MIAC author", MIAC, roles=(StaffRole.MIAC_AUTHOR,)),
    Account("analyst@miac.example", "MIAC analyst", MIAC, roles=(StaffRole.MIAC_ANALYST,)),
    Account("supervisor@miac.example", "MIAC supervisor", MIAC, roles=(StaffRole.MIAC_SUPERVISOR,)),
    Account("privacy@state.example", "Privacy officer", MIAC, roles=(StaffRole.PRIVACY_OFFICER,)),
    Account("vetting@miac.example", "Vetting officer", MIAC, roles=(StaffRole.VETTING_OFFICER,)),
    Account("administrator@state.example", "Administrator", MOP3, roles=(StaffRole.ADMINISTRATOR,)),
    Account("auditor@state.example", "Auditor", MOP3, roles=(StaffRole.AUDITOR,)),
)


@demo.seeder(order=10, title="Demo accounts")
def seed(echo: demo.Echo) -> None:
    """Make the accounts that are not there yet; those that are stay as somebody may have changed them."""
    with transaction.atomic():
        for name, kind in ORGANISATIONS.items():
            facts = {"kind": kind, "is_criminal_justice": name == LAW}
            Organisation.objects.get_or_create(name=name, defaults=facts)
        made = sum(_make(account) for account in ACCOUNTS)
    echo(f"{made} new, {len(ACCOUNTS)} in all; password {PASSWORD}, codes from `make codes`")


def _make(account: Account) -> bool:
    if Person.objects.filter(email=account.email).exists():
        return False
    a_year_on = timezone.now() + settings.PORTAL_VALIDATION_LASTS
    person = Person.objects.create_user(
        account.email,
        PASSWORD,
        name=account.name,
        standing=account.standing,
        standing_reason=account.reason,
        validated_until=a_year_on if account.standing != Standing.APPLIED else None,
        cleared_until=a_year_on if account.is_cleared else None,
        is_demo=True,
    )
    if account.standing == Standing.SUSPENDED:
        StandingChange.objects.create(
            person=person, standing=person.standing, reason=EndReason.SPONSOR, words=account.reason
        )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    organisation = Organisation.objects.get(name=account.organisation)
    Affiliation.objects.create(person=person, organisation=organisation, is_point_of_contact=account.is_trusted)
    for slug in account.communities:
        community = Community.objects.get(slug=slug)
        CommunityMembership.objects.create(person=person, community=community, is_steward=account.is_trusted)
    person.groups.set(Group.objects.filter(name__in=[role.value for role in account.roles]))
    TOTP.activate(person, generate_totp_secret())
    return True
