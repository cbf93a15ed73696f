"""What the access rule costs a reader: the same pages with and without it, in the same run.

The baseline is the same template on a bare Wagtail page: published pages for whoever comes, no rule asked, no tokens,
no memory of who opened what. Sessions, sign-in and headers are the same on both sides.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from wagtail import hooks
from wagtail.models import Page

from portal.access.enums import Label, Reach
from portal.access.models import MarkedPage, Token
from portal.access.querysets import MarkedMixin, MarkedPageQuerySet
from portal.access.viewer import Viewer
from portal.bulletins.models import BulletinPage
from portal.members.models import Community
from portal.vocabulary.models import Sector
from tests.bench.loading import multiply
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
BULLETINS = 2_000
ROUNDS = 60


@pytest.fixture
def loaded(pages: Any) -> tuple[Client, BulletinPage]:
    """2,000 bulletins: 60 % public, 20 % for members, 20 % for five named communities; a member of one of them."""
    energy = Community.objects.get(slug="energy")
    others = [CommunityFactory() for _ in range(4)]
    sectors = [Sector.objects.get(slug=slug) for slug in ("energy", "water")]
    body = (
        '[{"type": "key_points", "value": ["<p>One.</p>", "<p>Two.</p>"]}, {"type": "text", "value": "<p>Text.</p>"}]'
    )
    facts: dict[str, Any] = {"sectors": sectors, "body": body}
    templates = [
        bulletin(**facts),
        bulletin(**facts),
        bulletin(**facts),
        bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS, **facts),
        bulletin(tlp=Label.AMBER, audience_communities=[energy, *others], **facts),
    ]
    multiply(templates, BULLETINS)
    person = PersonFactory(communities=[energy, *others[:2]])
    assert BulletinPage.objects.count() == BULLETINS
    assert Token.objects.count() >= BULLETINS
    return session_for(person), templates[-1]


@contextmanager
def without_the_rule() -> Iterator[None]:
    """Bare Wagtail: every published page for everyone."""

    def published(rows: Any, *_args: Any, **_kwargs: Any) -> Any:
        return rows.live()

    member = Viewer(frozenset({"everyone", "members"}))
    with ExitStack() as stack:
        for kind in (MarkedMixin, MarkedPageQuerySet):
            stack.enter_context(patch.object(kind, "for_viewer", published))
        stack.enter_context(patch.object(MarkedMixin, "readable_by", published))
        stack.enter_context(patch("portal.members.middleware.build_viewer", lambda _request: member))
        stack.enter_context(patch("portal.bulletins.reading.remember", lambda *_: None))
        stack.enter_context(patch.object(MarkedPage, "get_view_restrictions", Page.get_view_restrictions))
        registered = hooks._hooks.pop("before_serve_page", [])
        stack.callback(lambda: hooks._hooks.__setitem__("before_serve_page", registered))
        yield


def compare(name: str, ask: Callable[[], Any]) -> float:
    """Time both sides in turn; print and return the ratio of the medians."""
    sides: dict[str, list[float]] = {"with": [], "bare": []}
    for number in range(ROUNDS + 5):
        for side in ("with", "bare"):
            with ExitStack() as stack:
                if side == "bare":
                    stack.enter_context(without_the_rule())
                begun = time.perf_counter()
                response = ask()
                took = time.perf_counter() - begun
            assert response.status_code == 200
            if number >= 5:
                sides[side].append(took)
    ours, bare = statistics.median(sides["with"]), statistics.median(sides["bare"])
    print(f"\n{ours * 1000:.1f} ms, bare {bare * 1000:.1f} ms name={name} ratio={ours / bare:.2f}")  # noqa: T201
    return ours / bare


def test_a_bulletin_page(loaded: tuple[Client, BulletinPage]) -> None:
    client, page = loaded
    assert compare("bulletin_page", lambda: client.get(page.url)) < 3


def test_a_list_of_fifty_with_its_count(loaded: tuple[Client, BulletinPage]) -> None:
    client, _page = loaded
    assert compare("bulletin_list", lambda: client.get("/bulletins/")) < 3
