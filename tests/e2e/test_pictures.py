"""Pictures of every page, at three widths, in light and in dark, for people to look at; axe looks at each as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.accounts import ANALYST, AUDITOR, ENERGY, SUPERVISOR, VETTING
from tests.e2e.looking import Pictures, assert_accessible
from tests.e2e.tabs import Tab, Tabs
from tests.e2e.test_member import for_one_sector

Facts = dict[str, Any]
Path = Callable[[Facts], str]


def bulletin(facts: Facts, **wanted: Any) -> str:
    rows: list[dict[str, Any]] = facts["bulletins"]
    return str(next(row["path"] for row in rows if all(row[name] == value for name, value in wanted.items())))


FRONT_PUBLIC: dict[str, Path] = {
    "home": lambda _facts: "/",
    "bulletins": lambda _facts: "/bulletins/",
    "bulletins-filtered": lambda _facts: "/bulletins/?sector=energy&year=2024",
    "bulletins-empty": lambda _facts: "/bulletins/?sector=dams&kind=assessment",
    "advisory": lambda facts: bulletin(facts, is_imported=True),
    "sectors": lambda _facts: "/sectors/",
    "sector": lambda _facts: "/sectors/energy/",
    "guidance-list": lambda _facts: "/guidance/",
    "guidance": lambda facts: str(facts["guidance"][0]["path"]),
    "employee-sheet": lambda facts: str(facts["guidance"][0]["sheets"][0]),
    "sign-in": lambda _facts: "/account/login/",
    "password-reset": lambda _facts: "/account/password/reset/",
}
FRONT_MEMBER: dict[str, Path] = {
    "member-home": lambda _facts: "/",
    "member-bulletins": lambda _facts: "/bulletins/",
    "bulletin-amber": lambda facts: str(for_one_sector(facts, "energy")["path"]),
    "bulletin-strict": lambda facts: bulletin(facts, tlp="TLP:AMBER+STRICT"),
    "call-out": lambda facts: bulletin(facts, tlp="TLP:GREEN", is_callout=True),
    "share-wider": lambda facts: f"{for_one_sector(facts, 'energy')['path']}share/",
    "account": lambda _facts: "/account/",
    "feed-tokens": lambda _facts: "/account/feed/",
    "activity": lambda _facts: "/account/activity/",
    "second-factor": lambda _facts: "/account/second-factor/",
}
NOTICES: dict[str, tuple[int, Path]] = {
    "notice-recalled": (410, lambda facts: bulletin(facts, is_recalled=True)),
    "notice-expired": (410, lambda facts: bulletin(facts, is_expired=True)),
    "not-found": (404, lambda _facts: "/no-such-page/"),
}
DESK: dict[str, Path] = {
    "desk": lambda _facts: "/desk/",
    "desk-releases": lambda _facts: "/desk/releases/",
    "desk-release": lambda facts: f"/desk/releases/{facts['waiting'][0]['pk']}/",
    "desk-submit": lambda facts: f"/desk/bulletins/{facts['released_pk']}/submit/",
    "desk-urgent": lambda facts: f"/desk/bulletins/{facts['waiting'][0]['page']}/urgent/",
    "desk-recall": lambda facts: f"/desk/bulletins/{facts['released_pk']}/recall/",
    "desk-readers": lambda facts: f"/desk/bulletins/{facts['released_pk']}/readers/",
    "desk-share-requests": lambda _facts: "/desk/share-requests/",
}
DESK_OF_VETTING: dict[str, Path] = {
    "desk-applications": lambda _facts: "/desk/members/",
    "desk-organisations": lambda _facts: "/desk/organisations/",
    "desk-communities": lambda _facts: "/desk/communities/",
    "desk-people": lambda _facts: "/desk/people/",
    "desk-validations": lambda _facts: "/desk/validations/",
}
DESK_OF_AUDIT: dict[str, Path] = {
    "desk-trail": lambda _facts: "/desk/audit/",
    "desk-trail-event": lambda _facts: "/desk/audit/events/5/",
    "desk-trail-reviews": lambda _facts: "/desk/audit/reviews/",
    "desk-trail-export": lambda _facts: "/desk/audit/export/",
    "desk-exposure": lambda _facts: "/desk/access/",
}
WAGTAIL: dict[str, Path] = {
    "wagtail-home": lambda _facts: "/admin/",
    "wagtail-bulletins": lambda facts: f"/admin/pages/{facts['index_pk']}/",
    "wagtail-editor": lambda facts: f"/admin/pages/{facts['released_pk']}/edit/",
}


def portray(tab: Tab, path: str, name: str, pictures: Pictures, *, status: int = 200) -> None:
    tab.open(path, status=status)
    pictures.take(tab.page, name, look=assert_accessible)


@pytest.mark.parametrize("name", FRONT_PUBLIC)
def test_public_pages(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    portray(tabs.front(), FRONT_PUBLIC[name](facts), name, pictures)


@pytest.mark.parametrize("name", FRONT_MEMBER)
def test_pages_of_members(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    portray(tabs.front(ENERGY), FRONT_MEMBER[name](facts), name, pictures)


@pytest.mark.parametrize("name", NOTICES)
def test_notices(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    status, path = NOTICES[name]
    portray(tabs.front(ENERGY), path(facts), name, pictures, status=status)


@pytest.mark.parametrize("name", DESK)
def test_pages_of_the_desk(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    portray(tabs.desk(SUPERVISOR), DESK[name](facts), name, pictures)


@pytest.mark.parametrize("name", DESK_OF_VETTING)
def test_pages_of_the_vetting_desk(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    portray(tabs.desk(VETTING), DESK_OF_VETTING[name](facts), name, pictures)


@pytest.mark.parametrize("name", DESK_OF_AUDIT)
def test_pages_of_the_auditors_desk(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    portray(tabs.desk(AUDITOR), DESK_OF_AUDIT[name](facts), name, pictures)


@pytest.mark.parametrize("name", WAGTAIL)
def test_pages_of_wagtail(name: str, facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    """Not held to axe: they are Wagtail's own. But nothing of them may fail to load, and no script may break."""
    tab = tabs.desk(ANALYST)
    tab.open(WAGTAIL[name](facts))
    pictures.take(tab.page, name)


def test_the_sentence_about_the_audience_in_the_editor(facts: Facts, tabs: Tabs, pictures: Pictures) -> None:
    tab = tabs.desk(ANALYST)
    tab.open(WAGTAIL["wagtail-editor"](facts))
    tab.page.get_by_role("tab", name="Who can read this").click()
    expect(tab.page.locator("[data-audience-sentence]")).to_contain_text("Energy")
    pictures.take(tab.page, "editor-audience")
