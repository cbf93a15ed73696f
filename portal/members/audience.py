"""Who will be able to read a thing, as a number and in words, for those who set its audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from portal.access.enums import Caveat, Label, Reach
from portal.access.rule import Marking
from portal.members.enums import CommunityKind
from portal.members.models import Community, Organisation, Person

MOST_LISTED = 4


@dataclass(frozen=True)
class AudienceReport:
    """How many active people could read a thing, and the sentence that says so."""

    total: int
    sentence: str
    is_sound: bool
    is_public: bool = False


def active_people() -> QuerySet[Person]:
    active: QuerySet[Person] = Person.objects.active()
    return active


def report(marking: Marking) -> AudienceReport:
    """Describe who could read a thing so marked, when it is published and in its window."""
    if not marking.is_sound():
        return AudienceReport(0, _problem(marking), is_sound=False)
    if marking.label is Label.CLEAR:
        return AudienceReport(0, _("Read by everyone: members and the public, search engines included."), True, True)
    people = readers(marking)
    total = people.count()
    inside = _inside(marking, total)
    sentence = _("Read by %(who)s. Not by: %(others)s.") % {"who": inside, "others": _outside(marking)}
    return AudienceReport(total, sentence, is_sound=True)


def readers(marking: Marking) -> QuerySet[Person]:
    """The active people who could read a thing so marked; TLP:CLEAR, which everybody can read, is not asked here."""
    people = active_people()
    if Caveat.LAW_ENFORCEMENT_SENSITIVE in marking.caveats:
        people = people.filter(cleared_until__gt=timezone.now())
    if marking.label is Label.GREEN and marking.reach is Reach.MEMBERS:
        return people
    audience = marking.audience
    still = Q(ended_at=None) | Q(ended_at__gt=timezone.now())
    return people.filter(
        Q(pk__in=audience.people)
        | Q(community_memberships__in=_memberships(audience.communities, still))
        | Q(affiliations__in=_affiliations(audience.organisations, still))
    ).distinct()


def _memberships(communities: frozenset[int], still: Q) -> QuerySet[Any]:
    from portal.members.models import CommunityMembership

    return CommunityMembership.objects.filter(still, community_id__in=communities, community__closed_at=None)


def _affiliations(organisations: frozenset[int], still: Q) -> QuerySet[Any]:
    from portal.members.models import Affiliation

    return Affiliation.objects.filter(still, organisation_id__in=organisations, organisation__closed_at=None)


def _inside(marking: Marking, total: int) -> str:
    people = ngettext("%(count)d person", "%(count)d people", total) % {"count": total}
    if Caveat.LAW_ENFORCEMENT_SENSITIVE in marking.caveats:
        people = _("%(people)s with the law-enforcement clearance") % {"people": people}
    named = _named(marking)
    return _("%(people)s: %(circles)s") % {"people": people, "circles": named} if named else people


def _named(marking: Marking) -> str:
    if marking.label is Label.GREEN and marking.reach is Reach.MEMBERS:
        return _("all active members")
    audience = marking.audience
    names = [*Community.objects.filter(pk__in=audience.communities).values_list("name", flat=True)]
    names += Organisation.objects.filter(pk__in=audience.organisations).values_list("name", flat=True)
    if audience.people:
        count = len(audience.people)
        names.append(ngettext("%(count)d named person", "%(count)d named people", count) % {"count": count})
    return ", ".join(str(name) for name in names)


def _outside(marking: Marking) -> str:
    """The largest sectors that are not in the audience, and always the public."""
    others: list[str] = []
    if not (marking.label is Label.GREEN and marking.reach is Reach.MEMBERS):
        sectors = Community.objects.filter(kind=CommunityKind.SECTOR, closed_at=None, is_confidential=False).exclude(
            pk__in=marking.audience.communities
        )
        counted = sectors.annotate(members=Count("memberships", filter=Q(memberships__ended_at=None)))
        others = [
            f"{row.name} ({row.members})" for row in counted.order_by("-members", "name")[:MOST_LISTED] if row.members
        ]
    return ", ".join([*others, _("the public")])


def _problem(marking: Marking) -> str:
    match marking.label:
        case Label.CLEAR:
            return _("Read by nobody: TLP:CLEAR is for everyone, so name no audience and set no enforced caveat.")
        case Label.GREEN if marking.reach is Reach.MEMBERS:
            return _("Read by nobody: it goes to all active members, so name no audience.")
        case Label.AMBER_STRICT:
            return _("Read by nobody: TLP:AMBER+STRICT needs organisations, and only organisations, as its audience.")
        case Label.RED:
            return _("Read by nobody: TLP:RED needs named people, and only people, as its audience.")
    return _("Read by nobody: name at least one community, organisation or person.")
