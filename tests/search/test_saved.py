"""Searches that members keep, and the mail about what is new in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.core import tick
from portal.delivery import sending
from portal.delivery.enums import Mode
from portal.delivery.models import Choice, Delivery
from portal.members.enums import Standing
from portal.members.models import Person
from search import saved
from search.enums import Alerts
from search.models import SavedSearch
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance

pytestmark = pytest.mark.django_db
PAGE = "/search/saved/"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(pages: Any, settings: Any) -> Iterator[time_machine.Traveller]:
    settings.PORTAL_NEWS_CONNECTIONS = 1
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


def keep(person: Person, **fields: Any) -> SavedSearch:
    facts = {"name": "Zebras", "address": "q=zebra", "alerts": Alerts.DAILY, "told_until": timezone.now()}
    return SavedSearch.objects.create(person=person, **{**facts, **fields})


def save(client: Client, **data: Any) -> Any:
    return client.post(PAGE, {"name": "Zebras", "address": "q=zebra", "alerts": "none", **data})


def a_day_later(clock: time_machine.Traveller, *, days: int = 1) -> int:
    """Let time go by and the clock's step run; returns how many mails were asked for, and sends them."""
    clock.shift(timedelta(days=days, minutes=10))
    asked = saved.ask_for_mail(timezone.now())
    sending.send_waiting()
    return asked


class TestKeeping:
    def test_a_search_is_saved_from_the_page_of_results_and_opened_again(self, pages: Any) -> None:
        bulletin(title="Zebra")
        client = session_for(PersonFactory())
        page = client.get("/search/", {"q": "zebra -horse", "label": "TLP:CLEAR", "page": "1"}).content.decode()
        assert 'value="q=zebra+-horse&amp;label=clear"' in page
        assert save(client, address="q=zebra+-horse&label=clear").status_code == 302
        shown = client.get(PAGE).content.decode()
        assert 'href="/search/?q=zebra+-horse&amp;label=clear"' in shown
        assert "Label: TLP:CLEAR" in shown

    def test_what_is_kept_is_understood_anew(self, pages: Any) -> None:
        client = session_for(PersonFactory())
        save(client, address="q=zebra%00&page=7&next=//evil.example&sector=%00&csrf=x")
        assert SavedSearch.objects.get().address == "q=zebra"

    @pytest.mark.parametrize(
        "data",
        [
            {"name": ""},
            {"name": "\0 \u200b"},
            {"name": "n" * 81},
            {"address": ""},
            {"address": "q=the+of"},
            {"address": "page=1000000000"},
            {"address": "q=" + "é" * 300},
            {"alerts": "hourly"},
        ],
    )
    def test_what_cannot_be_kept_is_said_and_the_form_comes_back(self, pages: Any, data: dict[str, str]) -> None:
        answer = save(session_for(PersonFactory()), **data)
        assert answer.status_code == 422
        assert "was not saved yet" in answer.content.decode()
        assert not SavedSearch.objects.exists()

    def test_a_name_is_given_once(self, pages: Any) -> None:
        one, other = session_for(PersonFactory()), session_for(PersonFactory())
        assert [save(client).status_code for client in (one, one, other)] == [302, 422, 302]

    def test_fifty_can_be_kept_and_no_more(self, pages: Any) -> None:
        person = PersonFactory()
        for number in range(50):
            keep(person, name=f"Search {number}")
        answer = save(session_for(person))
        assert answer.status_code == 422 and "no more can be kept" in answer.content.decode()

    def test_it_is_renamed_told_of_and_deleted(self, clock: Any) -> None:
        person = PersonFactory()
        row, client = keep(person, alerts=Alerts.NONE), session_for(person)
        clock.shift(timedelta(minutes=10))
        client.post(f"{PAGE}change/", {"search": row.pk, "name": "Horses", "alerts": "weekly"})
        row.refresh_from_db()
        assert (row.name, row.alerts, row.told_until) == ("Horses", "weekly", timezone.now())
        client.post(f"{PAGE}change/", {"search": row.pk, "alerts": "none"})
        row.refresh_from_db()
        assert (row.name, row.alerts) == ("Horses", "none"), "one press stops the mail and changes nothing else"
        client.post(f"{PAGE}delete/", {"search": row.pk})
        assert not SavedSearch.objects.exists()

    def test_renaming_to_a_name_that_is_taken_says_so(self, pages: Any) -> None:
        person = PersonFactory()
        keep(person)
        row = keep(person, name="Horses")
        client = session_for(person)
        client.post(f"{PAGE}change/", {"search": row.pk, "name": "Zebras", "alerts": "daily"})
        assert "Choose another name" in client.get(PAGE).content.decode()
        row.refresh_from_db()
        assert row.name == "Horses"

    @pytest.mark.parametrize("verb", ["change", "delete"])
    def test_somebody_elses_is_not_there(self, pages: Any, verb: str) -> None:
        mine, client = keep(PersonFactory(), name="Mine alone"), session_for(PersonFactory())
        for key in (mine.pk, 999_999, "x", "", "²", "1" * 400):
            answer = client.post(f"{PAGE}{verb}/", {"search": key, "name": "Taken", "alerts": "daily"})
            assert answer.status_code == 404, key
        mine.refresh_from_db()
        assert mine.name == "Mine alone"
        assert "Mine alone" not in client.get(PAGE).content.decode()

    def test_only_active_members_keep_searches(self, pages: Any) -> None:
        assert Client().get(PAGE).status_code == 302
        assert session_for(PersonFactory(), with_second_factor=False).get(PAGE).status_code in {302, 404}
        assert save(session_for(PersonFactory(applicant=True))).status_code in {302, 404}
        assert not SavedSearch.objects.exists()
        assert "Save this search" not in Client().get("/search/", {"q": "zebra"}).content.decode()


class TestMail:
    def test_what_is_new_is_told_once_with_title_label_and_address(self, clock: Any) -> None:
        person = PersonFactory()
        keep(person)
        clock.shift(timedelta(hours=1))
        page = bulletin(title="Zebra found", body="[]")
        assert a_day_later(clock) == 1
        (message,) = mail.outbox
        assert message.to == [person.email]
        assert message.subject == "TLP:CLEAR 1 new result in a saved search"
        assert "TLP:CLEAR  Zebra found" in message.body and page.permalink in message.body
        assert PAGE in message.body and "Zebras" in message.body
        assert "q=zebra" not in message.body
        assert a_day_later(clock) == 0 and len(mail.outbox) == 1

    def test_nothing_new_is_no_mail(self, clock: Any) -> None:
        bulletin(title="Zebra before")
        clock.shift(timedelta(minutes=1))
        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Horse after")
        a_day_later(clock)
        assert mail.outbox == []

    def test_weekly_is_once_a_week(self, clock: Any) -> None:
        keep(PersonFactory(), alerts=Alerts.WEEKLY)
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        assert a_day_later(clock) == 0
        assert a_day_later(clock, days=6) == 1

    def test_running_twice_at_the_same_time_asks_for_one_mail(self, clock: Any) -> None:
        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        clock.shift(timedelta(days=2))
        now = timezone.now()
        due = saved._due(now)
        assert [saved._ask_for_one(row, now) for row in (*due, *due)] == [True, False]

    def test_it_is_a_step_of_the_clock(self, clock: Any) -> None:
        assert "search: mail about saved searches" in {outcome.name for outcome in tick.run(timezone.now())}

    def test_above_green_it_has_a_safe_title_and_an_address_without_words(self, clock: Any) -> None:
        circle = CommunityFactory()
        person = PersonFactory(communities=[circle])
        keep(person)
        clock.shift(timedelta(hours=1))
        amber = {"tlp": Label.AMBER, "audience_communities": [circle]}
        page = bulletin(title="Zebra secret", slug="zebra-secret", safe_title="Notice to the sector", **amber)
        guide = guidance(title="Zebra guide", slug="zebra-guide", **amber)
        a_day_later(clock)
        (message,) = mail.outbox
        assert "TLP:AMBER  Notice to the sector" in message.body and page.permalink in message.body
        assert "Zebras" not in message.message().as_string(), "its name would say what the notice is about"
        assert "A piece of guidance" in message.body and reverse("page_by_number", args=[guide.pk]) in message.body
        assert "secret" not in message.body.lower() and "zebra guide" not in message.body.lower()
        assert "zebra-" not in message.body

    def test_a_source_that_has_no_safe_title_is_named_by_its_kind(
        self, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from search import registry

        circle = CommunityFactory()
        keep(PersonFactory(communities=[circle]))
        clock.shift(timedelta(hours=1))
        page = bulletin(title="Zebra secret", tlp=Label.AMBER, audience_communities=[circle])
        source = registry.source_of(type(page))
        assert source is not None
        bare = registry.Source(**{**source.__dict__, "safe_title": None, "permalink": None})
        monkeypatch.setattr(registry, "source_of", lambda model: bare)
        a_day_later(clock)
        (message,) = mail.outbox
        assert "TLP:AMBER  Bulletin" in message.body
        assert "secret" not in message.body and page.url not in message.body

    def test_who_chose_no_mail_about_news_has_none_of_this_either(self, clock: Any) -> None:
        person = PersonFactory()
        Choice.objects.create(person=person, mode=Mode.NOTHING)
        keep(person)
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        a_day_later(clock)
        assert mail.outbox == []

    def test_it_is_run_as_its_owner_at_the_moment_of_sending(self, clock: Any) -> None:
        """Asked for while it could be read; taken back before the mail was written."""
        circle = CommunityFactory()
        left, stays = PersonFactory(communities=[circle]), PersonFactory(communities=[circle])
        for person in (left, stays):
            keep(person)
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra", tlp=Label.AMBER, audience_communities=[circle])
        clock.shift(timedelta(days=2))
        assert saved.ask_for_mail(timezone.now()) == 2
        left.community_memberships.update(ended_at=timezone.now())
        sending.send_waiting()
        assert [message.to for message in mail.outbox] == [[stays.email]]

    @pytest.mark.parametrize("change", [{"recalled_at": MONDAY}, {"expires_at": MONDAY}])
    def test_what_was_recalled_or_has_expired_is_in_no_mail(self, clock: Any, change: dict[str, Any]) -> None:
        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        page = bulletin(title="Zebra")
        type(page).objects.filter(pk=page.pk).update(**change)  # behind the index, which still has it
        a_day_later(clock)
        assert mail.outbox == []

    @pytest.mark.parametrize("change", [{"standing": Standing.SUSPENDED}, {"validated_until": MONDAY}])
    def test_who_is_no_active_member_has_no_mail(self, clock: Any, change: dict[str, Any]) -> None:
        person = PersonFactory()
        keep(person)
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        Person.objects.filter(pk=person.pk).update(**change)
        a_day_later(clock)
        assert mail.outbox == []

    def test_mail_at_once_comes_as_soon_as_it_has_settled(self, clock: Any) -> None:
        keep(PersonFactory(), alerts=Alerts.AT_ONCE)
        clock.shift(timedelta(minutes=1))
        bulletin(title="Zebra")
        clock.shift(timedelta(minutes=6))
        assert saved.ask_for_mail(timezone.now()) == 1
        assert sending.send_waiting() == 1
        assert saved.ask_for_mail(timezone.now()) == 0

    def test_one_click_stops_the_mail_of_this_search_and_keeps_the_search(self, clock: Any) -> None:
        row, other = keep(PersonFactory()), keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        a_day_later(clock)
        (message,) = [message for message in mail.outbox if message.to == [row.person.email]]
        link = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
        assert Client().post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        row.refresh_from_db()
        other.refresh_from_db()
        assert (row.alerts, other.alerts) == ("none", "daily")

    def test_who_stopped_it_meanwhile_has_no_mail(self, clock: Any) -> None:
        row = keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        clock.shift(timedelta(days=2))
        saved.ask_for_mail(timezone.now())
        SavedSearch.objects.filter(pk=row.pk).update(alerts=Alerts.NONE)
        sending.send_waiting()
        assert mail.outbox == []

    def test_only_what_has_all_the_words_is_told(self, clock: Any) -> None:
        keep(PersonFactory(), address="q=zebra+river")
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra alone")
        a_day_later(clock)
        assert mail.outbox == []

    def test_what_shows_only_later_is_told_when_it_shows(self, clock: Any) -> None:
        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra", tlp=Label.GREEN, reach=Reach.MEMBERS, visible_from=timezone.now() + timedelta(days=3))
        a_day_later(clock)
        assert mail.outbox == []
        a_day_later(clock, days=4)
        assert len(mail.outbox) == 1

    def test_what_is_entered_while_it_runs_is_told_the_next_time(self, clock: Any) -> None:
        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra first")
        clock.shift(timedelta(days=1, minutes=10))
        bulletin(title="Zebra just now")
        saved.ask_for_mail(timezone.now())
        sending.send_waiting()
        a_day_later(clock)
        assert ["first" in message.body for message in mail.outbox] == [True, False]
        assert ["just now" in message.body for message in mail.outbox] == [False, True]

    def test_an_engine_that_is_away_puts_the_mail_off(self, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from search.questions import SearchUnavailable

        class Away:
            def find(self, ask: Any) -> Any:
                raise SearchUnavailable

        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        with monkeypatch.context() as patch:
            patch.setattr(saved, "engine", Away)
            a_day_later(clock)
            assert mail.outbox == []
        clock.shift(timedelta(hours=3))
        sending.send_waiting()
        assert len(mail.outbox) == 1

    def test_the_row_that_waits_says_nothing(self, clock: Any) -> None:
        keep(PersonFactory())
        clock.shift(timedelta(hours=1))
        bulletin(title="Zebra")
        clock.shift(timedelta(days=2))
        saved.ask_for_mail(timezone.now())
        row = Delivery.objects.get(kind="saved_search")
        assert set(row.about) <= set("0123456789:")
        begun = saved.moment_of(row.about.split(":")[1])
        assert begun == MONDAY
