"""What the box offers while somebody types."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.access.enums import Label
from search import completion, views
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin

pytestmark = pytest.mark.django_db
COMPLETE = "/search/complete/"


def offers(typed: str, client: Client | None = None) -> list[str]:
    answer = (client or Client()).get(COMPLETE, {"q": typed})
    assert answer.status_code == 200
    found: list[str] = answer.json()["offers"]
    return found


def test_the_last_word_is_completed_and_the_others_stay(pages: Any) -> None:
    bulletin(title="Levee inspection")
    assert offers("Flood lev") == ["Flood levee"]
    assert offers("flood -lev") == ["flood -levee"]
    assert offers('flood "lev') == ['flood "levee']


def test_numbers_are_completed_as_they_are_written(pages: Any) -> None:
    bulletin(title="Pumps", number="ICSA-23-010-01")
    assert offers("ICSA-23") == ["icsa-23-010-01"]


def test_only_from_what_this_viewer_may_read(pages: Any) -> None:
    circle = CommunityFactory()
    bulletin(title="Zebrastripe", tlp=Label.AMBER, audience_communities=[circle])
    assert offers("zeb") == []
    assert offers("zeb", session_for(PersonFactory())) == []
    assert offers("zeb", session_for(PersonFactory(communities=[circle]))) == ["zebrastripe"]


def test_at_most_eight(pages: Any) -> None:
    bulletin(title=" ".join(f"zebra{letter}" for letter in "abcdefghijkl"))
    assert len(offers("zeb")) == 8


@pytest.mark.parametrize(
    "typed", ["", "z", "zeb ", "zeb\0 ", " ", "%", "__", "\0\0\0", "-", '"', "a" * 10_000, "\u202e"]
)
def test_where_nothing_is_begun_nothing_is_offered(pages: Any, typed: str) -> None:
    bulletin(title="Zebra")
    assert offers(typed) == []


def test_an_engine_that_offers_too_much_is_cut(pages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lavish:
        def complete(self, *args: Any, **kwargs: Any) -> list[str]:
            return [f"\ue000zeb\ue001ra{number}" for number in range(100)]

    monkeypatch.setattr(completion, "engine", Lavish)
    assert offers("zeb")[:2] == ["zebra0", "zebra1"]
    assert len(offers("zeb")) == 8


def test_whoever_asks_more_often_than_anybody_types_is_offered_nothing(
    pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin(title="Zebra crossing")
    monkeypatch.setattr(views, "OFFERS_AN_HOUR", {"user": 2, "ip": 2})
    answers = [Client().get("/search/complete/?q=zeb") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.json()["offers"] for answer in answers] == [["zebra"], ["zebra"], []]
    assert session_for(PersonFactory()).get("/search/complete/?q=zeb").json()["offers"] == ["zebra"]
