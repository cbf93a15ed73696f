"""Who has access through a community, and what its steward may see of it.

Members see their own circles and never a list of people; a steward is the one exception, for the community that they
look after. A confidential community does not exist for people outside it: its name and its address answer like those
of a community that was never made. Its address carries no words, since addresses end up in logs.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.text import slugify

from portal.access.viewer import Viewer
from portal.members.models import Affiliation, Community, CommunityMembership, MembershipProposal, Organisation, Person

SLUG_LENGTH = 50
ORGANISATION_FACTS = ("name", "kind", "is_criminal_justice", "sectors", "counties", "phone", "phone_source", "sponsor")
COMMUNITY_FACTS = ("name", "purpose", "is_confidential")
Circle = Organisation | Community


def stewarded_by(viewer: Viewer) -> QuerySet[Community]:
    """The open communities that an active member looks after."""
    if not viewer.is_member:
        none: QuerySet[Community] = Community.objects.none()
        return none
    places = CommunityMembership.objects.current().filter(person_id=viewer.person, is_steward=True)
    found: QuerySet[Community] = Community.objects.open().filter(pk__in=places.values("community_id"))
    return found


def stewarded_or_404(viewer: Viewer, slug: str) -> Community:
    """One of them. Raises `Http404` alike for one that is somebody else's and for one that does not exist."""
    found = stewarded_by(viewer).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def people_with_access(community: Community) -> QuerySet[Person]:
    """The active members who read things through this community, each with their organisations."""
    places = CommunityMembership.objects.current().filter(community=community, community__closed_at=None)
    current = Affiliation.objects.current().filter(organisation__closed_at=None).select_related("organisation")
    people: QuerySet[Person] = Person.objects.active().filter(pk__in=places.values("person_id"))
    employers = Prefetch("affiliations", current.order_by("pk"), to_attr="current_affiliations")
    return people.prefetch_related(employers).order_by("name", "pk")


def stewards_of(community: Community) -> QuerySet[Person]:
    """The people who look after a community, whether or not they are active members now."""
    places = CommunityMembership.objects.current().filter(community=community, is_steward=True)
    found: QuerySet[Person] = Person.objects.filter(pk__in=places.values("person_id")).order_by("name", "pk")
    return found


def own_proposals(community: Community, steward: int) -> QuerySet[MembershipProposal]:
    """What one steward proposed for this community, the newest first."""
    return MembershipProposal.objects.filter(community=community, proposed_by_id=steward).order_by(
        "-proposed_at", "-pk"
    )


def waiting_proposals() -> QuerySet[MembershipProposal]:
    """Those on which staff have not decided, oldest first; of communities that are still open."""
    rows = MembershipProposal.objects.filter(decided_at=None, community__closed_at=None)
    return rows.select_related("community", "proposed_by").order_by("proposed_at", "pk")


def search(rows: Any, text: str) -> Any:
    """Those whose name holds the words, in whatever case."""
    wanted = Q()
    for word in text.split():
        wanted &= Q(name__icontains=word)
    return rows.filter(wanted)


def slug_for(name: str, *, is_confidential: bool) -> str:
    """An address for a new community: of its name, or, where nobody may learn of it, without words."""
    plain = "" if is_confidential else slugify(name)[:SLUG_LENGTH].strip("-")
    if plain and not Community.objects.filter(slug=plain).exists():
        return plain
    return wordless_slug()


def wordless_slug() -> str:
    return f"c-{secrets.token_hex(8)}"


def is_wordless(slug: str) -> bool:
    return slug.startswith("c-") and len(slug) == len(wordless_slug())


def fingerprint(circle: Circle) -> str:
    """What the facts of a circle are now. A form that was filled in over others would undo somebody's change."""
    names = ORGANISATION_FACTS if isinstance(circle, Organisation) else COMMUNITY_FACTS
    facts = [str(_plain(circle, name)) for name in (*names, "closed_at")]
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:16]


def _plain(circle: Circle, name: str) -> Any:
    field: Any = circle._meta.get_field(name)
    if field.many_to_many:
        return sorted(getattr(circle, name).values_list("pk", flat=True))
    return field.value_from_object(circle)
