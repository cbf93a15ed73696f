"""What is typed is kept, page by page, whatever happens, and only its own browser and session open it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.members.enums import Standing
from portal.members.models import Person
from portal.reporting.drafting import cookie_name
from portal.reporting.enums import DraftKind
from portal.reporting.models import Draft
from portal.vault import records
from portal.vault.browsers import BrowserKey
from tests.conftest import session_for
from tests.factories import PersonFactory
from tests.reporting.front.conftest import Reporter

pytestmark = pytest.mark.django_db


def cookie_of(person: Person) -> str:
    return cookie_name(DraftKind.ACTIVITY, person.pk)


def hand_over(reporter: Reporter, browser: Client) -> None:
    """Give another browser the cookie of somebody's draft."""
    name = cookie_of(reporter.person)
    browser.cookies[name] = reporter.browser.cookies[name].value


def shown(reporter: Reporter, page: str) -> str:
    return reporter.get("report_page", page).content.decode()


def test_a_page_comes_back_as_it_was_typed(reporter: Reporter) -> None:
    reporter.begin()
    reporter.write("activity", what="A van, twice.")
    assert "A van, twice." in shown(reporter, "activity")


def test_what_is_wrong_is_kept_too(reporter: Reporter) -> None:
    reporter.begin()
    answer = reporter.write("activity", unusual="")  # photography without facts
    assert answer.status_code == 422
    assert "Say what made this time unusual" in answer.content.decode()
    assert "A man photographed the intake twice." in shown(reporter, "activity")


def test_a_defined_behaviour_needs_no_unusual_facts(reporter: Reporter) -> None:
    reporter.begin()
    assert reporter.write("activity", behaviour="THEFT", unusual="").status_code == 302


def test_the_cookie_is_for_this_browser_and_this_form_alone(reporter: Reporter) -> None:
    cookie = reporter.begin().cookies[cookie_of(reporter.person)]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/report/"
    assert int(cookie["max-age"]) == 7 * 24 * 3600


def test_over_https_the_cookie_is_a_secure_one(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert cookie_name(DraftKind.ACTIVITY, 1).startswith("__Secure-draft-activity-")


def test_without_the_cookie_the_draft_is_lost_and_the_page_says_so(reporter: Reporter) -> None:
    reporter.begin()
    reporter.write("activity")
    del reporter.browser.cookies[cookie_of(reporter.person)]
    answer = reporter.browser.get(reverse("report_page", args=["activity"]), follow=True)
    assert answer.redirect_chain[0][0] == reverse("report_activity")
    assert "There is no report under way in this browser" in answer.content.decode()


def test_the_cookie_alone_opens_nothing(reporter: Reporter) -> None:
    reporter.begin()
    reporter.write("activity", what="A van, twice.")
    other = PersonFactory()
    stranger = session_for(other)
    for name in (cookie_of(reporter.person), cookie_of(other)):
        stranger.cookies[name] = reporter.browser.cookies[cookie_of(reporter.person)].value
    assert stranger.get(reverse("report_page", args=["activity"])).status_code == 302


def test_what_is_typed_when_the_session_has_ended_is_kept(reporter: Reporter) -> None:
    reporter.begin()
    alone = Client()
    hand_over(reporter, alone)
    typed = {"seen": "0", "behaviour": "PHOTO", "what": "Typed after the session ended.", "unusual": "x"}
    answer = alone.post(reverse("report_page", args=["activity"]), typed)
    assert answer.status_code == 302 and reverse("account_login") in answer["Location"]
    assert "Typed after the session ended." not in alone.get("/").content.decode()
    assert "Typed after the session ended." in shown(reporter, "activity")


def test_a_session_that_ran_out_while_typing_loses_nothing(reporter: Reporter) -> None:
    reporter.begin()
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
        answer = reporter.write("activity", what="Typed for forty minutes.")
        assert reverse("account_login") in answer["Location"]
        reporter.post("report_seen_add", "vehicle", seen="0", plate="ABC 123")
        again = Reporter(reporter.person, session_for(reporter.person))
        hand_over(reporter, again.browser)
        assert "Typed for forty minutes." in shown(again, "activity")
        assert "ABC 123" in again.get("report_seen").content.decode()


def test_two_windows_lose_nothing(reporter: Reporter) -> None:
    reporter.begin()
    reporter.write("activity", what="The first window.")
    reporter.versions["activity"] = 0  # the second was opened before
    answer = reporter.write("activity", what="The second window.")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The first window." in page and "The second window." in page
    assert "The first window." in shown(reporter, "activity")


def test_a_page_saves_itself_and_says_when(reporter: Reporter) -> None:
    reporter.begin()
    answer = reporter.browser.post(
        reverse("report_page", args=["activity"]), {"seen": "0", "what": "Half a sen", "autosave": "1"}
    )
    assert answer.json()["version"] == 1
    assert answer.json()["words"].startswith("Saved ")
    assert "Half a sen" in shown(reporter, "activity")
    late = reporter.browser.post(reverse("report_page", args=["activity"]), {"seen": "0", "what": "x", "autosave": "1"})
    assert late.status_code == 409


def test_after_seven_days_the_draft_is_gone(reporter: Reporter) -> None:
    reporter.begin()
    reporter.write("activity")
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        again = Reporter(reporter.person, session_for(reporter.person))
        hand_over(reporter, again.browser)
        assert again.get("report_page", "activity").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        again = Reporter(reporter.person, session_for(reporter.person))
        hand_over(reporter, again.browser)
        assert again.get("report_page", "activity").status_code == 302


def test_things_that_were_seen_are_added_changed_and_taken_out(reporter: Reporter) -> None:
    reporter.begin()
    reporter.post("report_seen_add", "vehicle", seen="0", plate="ABC 123", colour="white")
    reporter.post("report_seen_add", "person", seen="1", did="Took pictures", who="J. Doe")
    page = reporter.get("report_seen").content.decode()
    assert "A vehicle: ABC 123, white" in page and "A person: J. Doe, Took pictures" in page
    reporter.post("report_seen_change", 1, seen="2", plate="ABC 124")
    reporter.post("report_seen_remove", 2, seen="3")
    page = reporter.get("report_seen").content.decode()
    assert "ABC 124" in page and "Took pictures" not in page


def test_one_of_two_windows_adds_over_the_other_only_knowingly(reporter: Reporter) -> None:
    reporter.begin()
    reporter.post("report_seen_add", "vehicle", seen="0", plate="ABC 123")
    answer = reporter.post("report_seen_add", "drone", seen="0", type="four rotors")
    assert answer.status_code == 422 and "changed in another window" in answer.content.decode()
    assert 'name="seen" value="1"' in answer.content.decode()
    assert reporter.post("report_seen_add", "drone", seen="1", type="four rotors").status_code == 302


def test_a_press_on_the_map_without_a_script_fills_in_the_place(reporter: Reporter) -> None:
    reporter.begin()
    answer = reporter.browser.post(
        reverse("report_page", args=["place"]), {"seen": "0", "where": "By the river", "map.x": "280", "map.y": "230"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "By the river" in page and 'name="latitude" value="38.' in page
    assert "error-summary" not in page


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.APPLIED])
def test_only_active_members_report_and_others_find_the_telephone(pages: Any, standing: Standing) -> None:
    browser = session_for(PersonFactory(standing=standing))
    answer = browser.get(reverse("report_activity"))
    assert answer.status_code in {302, 403}
    assert 'href="tel:911"' in Client().get(reverse("report")).content.decode()


def test_a_draft_says_nothing_of_what_is_in_it(reporter: Reporter) -> None:
    reporter.begin()
    reporter.write("activity", what="secret words")
    draft = Draft.objects.get()
    assert "secret" not in repr(vars(draft))


@given(data=st.binary(max_size=200), other=st.binary(max_size=200))
def test_a_browsers_key_opens_only_what_it_sealed_where_it_sealed_it(data: bytes, other: bytes) -> None:
    key = BrowserKey.new("report:one")
    envelope = key.seal("draft:a", data)
    assert BrowserKey.read(key.for_cookie(), record="report:one").open("draft:a", envelope) == data
    for wrong, field in ((key, "draft:b"), (BrowserKey.new("report:one"), "draft:a")):
        with pytest.raises(records.EnvelopeRefused):
            wrong.open(field, envelope)
    with pytest.raises(records.EnvelopeRefused):
        BrowserKey.read(key.for_cookie(), record="report:two").open("draft:a", envelope)
    with pytest.raises(records.EnvelopeRefused):
        key.open("draft:a", other)


def test_every_flipped_bit_of_a_draft_is_refused() -> None:
    key = BrowserKey.new("report:one")
    envelope = key.seal("draft:a", b"A van, twice.")
    for bit in range(len(envelope) * 8):
        flipped = bytearray(envelope)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(records.EnvelopeRefused):
            key.open("draft:a", bytes(flipped))
