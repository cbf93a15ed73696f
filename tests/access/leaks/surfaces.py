"""Every way in which Front answers. An address that is not named here fails a test."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

from portal.access.enums import Label
from tests.access.leaks.viewers import Visitor

# Addresses that show many things at once: what kinds they show to whoever may read them.
LISTS: dict[str, frozenset[str]] = {
    "/": frozenset(),
    "/bulletins/": frozenset({"bulletin"}),
    **{f"/bulletins/?tlp={label.value.replace('+', '%2B')}": frozenset() for label in Label},
    "/bulletins/?sector=energy": frozenset(),
    "/bulletins/?page=2": frozenset(),
    "/guidance/": frozenset({"guidance"}),
    "/sectors/": frozenset(),
    "/sectors/energy/": frozenset(),
    "/about/": frozenset(),
    "/bulletins/hub/": frozenset({"bulletin", "document"}),
    "/account/": frozenset(),
    "/robots.txt": frozenset(),
    "/sitemap.xml": frozenset(),
    "/nothing/": frozenset(),
    "/apply/": frozenset(),
    "/liability/": frozenset({"provision"}),
    "/library/": frozenset({"document"}),
    "/library/?old=1&kind=guide": frozenset(),
    "/library/?publisher=zqx": frozenset(),
    "/library/plan/": frozenset({"plan"}),
    "/library/plan/energy/": frozenset(),
    "/library/plan/energy/goals/": frozenset(),
    "/liability/?party=lender": frozenset({"provision"}),
    "/liability/finder/?party=lender&declared=unknown&paid=unknown&way=unknown": frozenset({"provision"}),
    "/liability/gaps/": frozenset({"provision"}),
    "/meetings/": frozenset({"meeting"}),
    "/meetings/?when=past": frozenset(),
    "/meetings/?committee=standing-committee&kind=training": frozenset({"meeting"}),
    "/meetings/?page=2": frozenset(),
    "/meetings/calendar.ics": frozenset(),
    "/meetings/calendar/": frozenset(),
    "/meetings/subscribe/": frozenset(),
    "/meetings/actions/": frozenset(),
    "/report/": frozenset(),
    "/report/activity/": frozenset(),
    "/report/status/": frozenset(),
    "/report/protected/": frozenset(),
    "/report/protected/promise/": frozenset(),
    "/report/protected/status/": frozenset(),
    "/report/protected/pcii/": frozenset(),
    "/report/protected/pcii/package/": frozenset(),
    "/report/protected/pcii/made/": frozenset(),
    "/account/login/": frozenset(),
    "/search/": frozenset(),
    "/search/?q=title&kind=bulletin": frozenset({"bulletin"}),
    "/search/?q=title&kind=guidance": frozenset({"guidance"}),
    "/search/?q=title&kind=provision": frozenset({"provision"}),
    "/search/?q=title&kind=training": frozenset({"meeting"}),
    "/search/?label=amber": frozenset(),
    "/search/?q=titel": frozenset(),
    "/search/complete/?q=zqx": frozenset(),
    "/search/saved/": frozenset(),
}
FEED = "/bulletins/feed/"

# Names of addresses that answer about one thing; the items bring the addresses.
OF_ONE = frozenset(
    {
        "bulletin_permalink",
        "bulletin_share",
        "bulletin_useful",
        "guidance_share",
        "library_changes",
        "library_document",
        "library_download",
        "library_image",
        "library_page",
        "library_picture",
        "liability_provision",
        "meeting",
        "meeting_file",
        "meeting_notice",
        "page_by_number",
    }
)
# Of these, the ones that are for members only, whatever the label.
FOR_MEMBERS = frozenset({"bulletin_share", "bulletin_useful", "guidance_share"})
# Names that show nothing marked: sign-in, one's own account, health. A prefix stands for a family.
NOTHING_MARKED = (
    "account",
    "mfa_",
    "apply",
    "certificate_",
    "concern",
    "figures",
    "initiatives",
    "live",
    "office_",
    "partnership",
    "protected",
    "redress",
    "report",
    "ready",
    "theme",
    "robots",
    "logo",
    "feed_tokens",
    "revoke_feed_token",
    "saved_search",
    "visit_",
)
OTHERWISE_COVERED = frozenset(
    {
        "bulletin_feed",
        "library",
        "liability",
        "liability_finder",
        "liability_gaps",
        "meeting_answer",
        "meeting_need",
        "meetings",
        "meetings_calendar_feed",
        "meetings_feed",
        "own_action_item",
        "own_action_items",
        "plan",
        "plan_cell",
        "plan_comments",
        "plan_sector",
        "search",
        "search_complete",
        "sectors",
        "sector",
        "wagtail_serve",
    }
)
NOTHING_MARKED_NAMES = frozenset(
    {
        "activity",
        "agreement_version",
        "agreements",
        "captain_review",
        "come_back",
        "community",
        "has_left",
        "meetings_calendar",
        "meetings_calendar_end",
        "meetings_subscribe",
        "meetings_subscription",
        "news_stop",
        "organisation",
        "organisation_confirm",
        "session_end",
        "session_end_others",
        "session_extend",
        "standing",
        "validation",
        "visits",
        "welcome",
    }
)


@dataclass(frozen=True)
class Answer:
    """An answer without what differs by itself: ids, tokens and the address that was asked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def ask(visitor: Visitor, address: str, *, post: bool = False, typed: dict[str, Any] | None = None) -> Answer:
    """Ask as a visitor; `typed` goes with what is posted, from a page of the portal's own."""
    headers = {"Authorization": f"Basic {visitor.feed}"} if address == FEED and visitor.feed else {}
    response: Any = (
        visitor.client.post(address, typed or {}, headers={"Origin": "http://testserver"} if typed else {})
        if post
        else visitor.client.get(address, headers=headers)
    )
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(response.status_code, _headers(response, address), _body(content, address))


CHANGING = {"X-Request-ID", "Content-Security-Policy", "Content-Length", "Expires"}


def _headers(response: Any, address: str) -> tuple[tuple[str, str], ...]:
    kept = ((name, str(value)) for name, value in response.headers.items() if name not in CHANGING)
    cookies = sorted(response.cookies)
    return (*sorted((name, _without(value, address)) for name, value in kept), ("cookies", ",".join(cookies)))


def _body(content: bytes, address: str) -> str:
    text = content.decode("utf-8", "replace")
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce|data-session-left|data-session-in-all)="[^"]+"', "", text)
    return _without(text, address)


def _without(text: str, address: str) -> str:
    from urllib.parse import quote

    for form in (address, quote(address, safe=""), quote(address)):
        text = text.replace(form, "ADDRESS")
    return text


def difference(one: Answer, other: Answer) -> list[str]:
    """What tells two answers apart, line by line."""
    lines = difflib.unified_diff(_lines(one), _lines(other), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _lines(answer: Answer) -> list[str]:
    return [str(answer.status), *map(str, answer.headers), *answer.body.splitlines()]


def count_on(body: str) -> int:
    """The honest count that a list shows."""
    found = re.search(r"(\d+) bulletins? you can read", body)
    assert found, "the list says how many there are"
    return int(found.group(1))


def absent(address: str) -> str:
    """The address of something that does not exist, of the same form."""
    for pattern, other in (
        (r"/b/[0-9a-f-]{36}/", "/b/00000000-0000-4000-8000-000000000000/"),
        (r"/library/[0-9a-f-]{36}/", "/library/00000000-0000-4000-8000-000000000000/"),
        (r"/images/[0-9a-f-]{36}/\d+/", "/images/00000000-0000-4000-8000-000000000000/999999/"),
        (r"/meetings/[0-9a-f-]{36}/", "/meetings/00000000-0000-4000-8000-000000000000/"),
        (r"/liability/s-[\w-]+/", "/liability/s-000000000000/"),
        (r"/-/page/\d+/", "/-/page/999999/"),
        (r"/(bulletins|guidance)/[\w-]+/", r"/\1/b-000000000000/"),
    ):
        address = re.sub(pattern, other, address)
    return address
