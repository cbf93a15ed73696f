"""Makes people, circles and bulletins for tests; each trait is one word about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Page

from portal.access.enums import Label
from portal.bulletins import actions, site_tree
from portal.bulletins.enums import ReleaseKind
from portal.bulletins.models import BulletinIndexPage, BulletinPage, GuidanceIndexPage, GuidancePage
from portal.members.enums import CommunityKind, OrganisationKind, StaffRole, Standing
from portal.members.models import Affiliation, Community, CommunityMembership, Organisation, Person

PASSWORD = "correct-horse-battery"


def in_a_year() -> datetime:
    return timezone.now() + timedelta(days=365)


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = OrganisationKind.COMPANY

    class Params:
        criminal_justice = factory.Trait(kind=OrganisationKind.PUBLIC_AGENCY, is_criminal_justice=True)


class CommunityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Community

    name = factory.Sequence(lambda n: f"Community {n}")
    slug = factory.Sequence(lambda n: f"community-{n}")
    kind = CommunityKind.CIRCLE


class PersonFactory(factory.django.DjangoModelFactory):
    """An active member, unless a trait says otherwise."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    class Params:
        applicant = factory.Trait(standing=Standing.APPLIED)
        suspended = factory.Trait(standing=Standing.SUSPENDED)
        cleared = factory.Trait(cleared_until=factory.LazyFunction(in_a_year))

    email = factory.Sequence(lambda n: f"person{n}@partner.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    standing = Standing.ACTIVE
    validated_until = factory.LazyFunction(in_a_year)
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def communities(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        for community in extracted or ():
            CommunityMembership.objects.create(person=self, community=community)

    @factory.post_generation
    def organisations(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        for organisation in extracted or ():
            Affiliation.objects.create(person=self, organisation=organisation)

    @factory.post_generation
    def roles(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        names = [StaffRole(role).value for role in extracted or ()]
        self.groups.set(Group.objects.filter(name__in=names))


def staff(role: StaffRole, **fields: Any) -> Person:
    """Somebody with one staff role."""
    person: Person = PersonFactory(roles=[role], **fields)
    return person


AUDIENCES = ("audience_communities", "audience_organisations", "audience_people", "sectors", "counties")


def draft(*, by: Person | None = None, **fields: Any) -> BulletinPage:
    """A bulletin nobody has released: one revision by `by`. Audiences and sectors are given as lists."""
    site_tree.prepare()
    related = {name: fields.pop(name) for name in AUDIENCES if name in fields}
    number = BulletinPage.objects.count() + 1
    facts = {
        "title": f"Bulletin {number}",
        "slug": f"bulletin-{number}",
        "summary": "What happened, in a sentence.",
        "tlp": Label.CLEAR,
        "safe_title": f"Notice {number}",
        "has_no_closure_basis": True,
    }
    page = BulletinPage(**{**facts, **fields}, live=False)
    for name, rows in related.items():
        setattr(page, name, rows)
    index = BulletinIndexPage.objects.get()
    Page.objects.get(pk=index.pk).add_child(instance=page)
    page.save_revision(user=by)
    return page


def edit(page: BulletinPage, *, by: Person | None, **changes: Any) -> BulletinPage:
    """Save another revision of a bulletin."""
    version = BulletinPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in changes.items():
        setattr(version, name, value)
    version.save_revision(user=by)
    stored: BulletinPage = BulletinPage.objects.get(pk=page.pk)
    return stored


def bulletin(**fields: Any) -> BulletinPage:
    """A public bulletin, released as an import is, without the two people whom tests of release bring themselves."""
    page = draft(**fields)
    actions.make_public(page, page.get_latest_revision(), kind=ReleaseKind.IMPORTED, by=None, at=timezone.now())
    released: BulletinPage = BulletinPage.objects.get(pk=page.pk)
    return released


def expired_bulletin(**fields: Any) -> BulletinPage:
    return bulletin(expires_at=timezone.now() - timedelta(days=1), **fields)


def guidance(**fields: Any) -> GuidancePage:
    """A published guidance page."""
    site_tree.prepare()
    related = {name: fields.pop(name) for name in (*AUDIENCES, "hazards") if name in fields}
    number = GuidancePage.objects.count() + 1
    facts = {
        "title": f"Guidance {number}",
        "slug": f"guidance-{number}",
        "summary": "How to prepare.",
        "tlp": Label.CLEAR,
    }
    page = GuidancePage(**{**facts, **fields})
    for name, rows in related.items():
        setattr(page, name, rows)
    Page.objects.get(pk=GuidanceIndexPage.objects.get().pk).add_child(instance=page)
    page.save_revision().publish()
    stored: GuidancePage = GuidancePage.objects.get(pk=page.pk)
    return stored
