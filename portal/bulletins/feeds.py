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

from portal.access.viewer import Viewer
from portal.bulletins.models import BulletinPage
from portal.core.models import PortalSettings
from portal.members.models import FeedToken
from portal.members.models.feeds import digest
from portal.members.models.people import fold
from portal.members.viewers import viewer_for

NEWEST = 50


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer with the owner's newest bulletins, or ask for the token."""
    viewer = viewer_from(request.headers.get("Authorization", ""))
    if viewer is None:
        return _ask()
    readable: Any = BulletinPage.objects.readable_by(viewer)
    answer = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    atom = _empty_feed(request)
    for bulletin in readable.newest_first().for_rows()[:NEWEST]:
        atom.add_item(**entry(bulletin))
    atom.write(answer, "utf-8")
    return answer


def viewer_from(header: str) -> Viewer | None:
    """The viewer whose address and token an Authorization header carries; None unless both are right and usable."""
    email, secret = _credentials(header)
    rows = FeedToken.objects.usable().select_related("person")
    token = rows.filter(digest=digest(secret), person__email=fold(email)).first() if secret else None
    if token is None or not token.person.is_vetted:
        return None
    FeedToken.objects.filter(pk=token.pk).update(used_at=timezone.now())
    return viewer_for(token.person)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _space, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    email, _colon, secret = text.partition(":")
    return email, secret


def _ask() -> HttpResponse:
    words = _("This feed needs your e-mail address and a feed token. Make a token under Account, Feed tokens.")
    response = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    response["WWW-Authenticate"] = 'Basic realm="Bulletins", charset="UTF-8"'
    return response


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
