"""The Atom feed (RFC 4287) of what a member may read, by HTTP Basic (RFC 7617) with a personal token.

Feed readers are often somebody else's server, so items above TLP:GREEN carry the safe title and a link, nothing else.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import audit
from portal.access.enums import Label
from portal.audit import Verb, context
from portal.audit.context import Actor
from portal.audit.recording import name_of
from portal.bulletins.models import BulletinPage, FeedMemory
from portal.core.models import PortalSettings
from portal.members import tallies
from portal.members.limits import may_ask
from portal.members.models import FeedToken
from portal.members.models.feeds import digest
from portal.members.models.people import fold
from portal.members.viewers import viewer_for

NEWEST = 50
REFUSALS_RECORDED = 10  # an hour, of one network


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer with the owner's newest bulletins, or ask for the token."""
    token = token_from(request.headers.get("Authorization", ""))
    if not tallies.may_fetch_feed(request, account=token.person_id if token else None):
        return _too_often()
    if token is None:
        _refuse(request)
        return _ask()
    readable: Any = BulletinPage.objects.readable_by(viewer_for(token.person))
    bulletins = list(readable.newest_first().for_rows()[:NEWEST])
    marked = [row for row in bulletins if row.label is not Label.CLEAR]
    fresh = _new_to(token, marked)
    tallies.count(token.person_id, things=len(fresh))
    _record(request, token, bulletins, fresh)
    _remember(token, marked)
    FeedToken.objects.filter(pk=token.pk).update(used_at=timezone.now())
    answer = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    atom = _empty_feed(request)
    for bulletin in bulletins:
        atom.add_item(**entry(bulletin))
    atom.write(answer, "utf-8")
    return answer


def token_from(header: str) -> FeedToken | None:
    """The token that an Authorization header carries with its owner's address; None unless both are right and usable.

    Its owner must be an active member.
    """
    email, secret = _credentials(header)
    rows = FeedToken.objects.usable().select_related("person")
    token = rows.filter(digest=digest(secret), person__email=fold(email)).first() if secret else None
    return token if token is not None and token.person.is_vetted else None


def _new_to(token: FeedToken, marked: list[BulletinPage]) -> list[BulletinPage]:
    """Those that the token did not carry when it was last used, in this version.

    A feed reader asks again and again; its owner reads each bulletin once. Held against what was carried, and not
    against a time: somebody can come to be among the readers of what was published long before.
    """
    memory = FeedMemory.objects.filter(token=token).first()
    before = set(memory.carried) if memory else set()
    return [row for row in marked if _version(row) not in before]


def _remember(token: FeedToken, marked: list[BulletinPage]) -> None:
    carried = [_version(row) for row in marked]
    if not FeedMemory.objects.filter(token=token).update(carried=carried):
        FeedMemory.objects.bulk_create([FeedMemory(token=token, carried=carried)], ignore_conflicts=True)


def _version(row: BulletinPage) -> str:
    return f"{row.pk}:{row.live_revision_id}"


def _refuse(request: HttpRequest) -> None:
    """Record that a token was refused, a few times an hour for each network: a reader goes on with one that is over.

    Whose it was is not known. A reader that sends no token asks for the way to, and is refused nothing.
    """
    if not request.headers.get("Authorization"):
        return
    if may_ask(request, "feed-refused", per_hour=REFUSALS_RECORDED, per="ip"):
        audit.refuse(Verb.SUBSCRIBE, why="token")


def _record(request: HttpRequest, token: FeedToken, bulletins: list[BulletinPage], fresh: list[BulletinPage]) -> None:
    """One event of the fetch, and one of each marked bulletin that it carried for the first time.

    The token is not named: its row says whose it is, and that is erased of plain reads.
    """
    facts = {"things": len(bulletins), "above_clear": tallies.things_above_clear(bulletins)}
    with context.doing(request=request, actor=Actor(token.person_id, "feed reader")):
        audit.record(Verb.SUBSCRIBE, facts=facts)
        audit.record_openings(Verb.SUBSCRIBE, [name_of(row) for row in fresh])


def _credentials(header: str) -> tuple[str, str]:
    scheme, _space, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    if "\0" in text:  # PostgreSQL refuses it, and no address has one
        return "", ""
    email, _colon, secret = text.partition(":")
    return email, secret


def _ask() -> HttpResponse:
    words = _("This feed needs your e-mail address and a feed token. Make a token under Account, Feed tokens.")
    response = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    response["WWW-Authenticate"] = 'Basic realm="Bulletins", charset="UTF-8"'
    return response


def _too_often() -> HttpResponse:
    words = _("This feed was fetched too often within the hour. Fetch it every ten minutes at most.")
    return tallies.with_retry(HttpResponse(words, status=429, content_type="text/plain; charset=utf-8"))


def _empty_feed(request: HttpRequest) -> Atom1Feed:
    name = PortalSettings.load(request).name
    front = settings.PORTAL_FRONT_URL
    return Atom1Feed(
        title=_("%(name)s: bulletins") % {"name": name},
        link=f"{front}/bulletins/",
        description="",
        feed_url=f"{front}/bulletins/feed/",
        author_name=name,
    )


def entry(bulletin: BulletinPage) -> dict[str, Any]:
    """What the feed says of one bulletin."""
    address = f"{settings.PORTAL_FRONT_URL}{bulletin.permalink}"
    facts: dict[str, Any] = {
        "title": f"{bulletin.tlp} {bulletin.leakable_title}",
        "link": address,
        "description": "",
        "unique_id": f"urn:uuid:{bulletin.public_id}",
        "pubdate": bulletin.issued_at,
        "updateddate": bulletin.revised_at or bulletin.issued_at,
    }
    if bulletin.label.may_leave_in_full:
        facts |= {"description": bulletin.summary, "categories": bulletin.sector_names}
    return facts
