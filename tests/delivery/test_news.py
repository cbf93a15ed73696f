"""News goes to whom it concerns, as soon as they chose, and to nobody who may not read it."""

from __future__ import annotations

from datetime import time, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.bulletins import actions
from portal.bulletins.enums import ReleaseKind
from portal.bulletins.models import BulletinPage
from portal.delivery import claiming, finding, people, sending
from portal.delivery.choosing import rhythm_of
from portal.delivery.enums import Mode, Rhythm, State, Why
from portal.delivery.models import Delivery, News
from portal.delivery.sources import Topics
from portal.members.enums import Standing
from portal.members.models import Person
from tests.delivery.making import choose, energy, mailed, member, turn
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance

pytestmark = pytest.mark.django_db


def alert(**fields: Any) -> Any:
    """A critical bulletin about Energy, for all members."""
    facts = {"title": "Turbine flaw", "severity": "critical", "tlp": Label.GREEN, "reach": Reach.MEMBERS}
    return bulletin(**{**facts, "sectors": [energy()[0]], **fields})


class TestAtOnce:
    def test_who_never_chose_has_what_is_critical_for_their_sector_at_once(self, clock: Any) -> None:
        inside, _outside = member(), PersonFactory()
        clock.shift(timedelta(minutes=1))
        page = alert()
        assert turn() == 1
        assert mailed() == [(inside.email, "TLP:GREEN Critical: Turbine flaw")]
        (message,) = mail.outbox
        assert message.body.splitlines()[0] == "TLP:GREEN"
        assert page.summary in message.body and page.permalink in message.body
        assert turn() == 0, "nobody is told twice"

    def test_a_revision_is_news_and_the_message_of_the_version_before_is_not_sent_any_more(self, clock: Any) -> None:
        member()
        clock.shift(timedelta(minutes=1))
        page = alert()
        turn(send=False)
        clock.shift(timedelta(minutes=1))
        page.title = "Turbine flaw, wider"
        revision = page.save_revision()
        actions.make_public(page, revision, kind=ReleaseKind.TWO_PERSON, by=None)
        assert turn() == 1
        assert [subject for _to, subject in mailed()] == ["TLP:GREEN Critical: Turbine flaw, wider"]
        assert Delivery.objects.get(state=State.SUPPRESSED).why == Why.REPLACED

    def test_what_was_there_before_and_what_fills_the_archive_is_no_news(self, clock: Any) -> None:
        member()
        alert()
        clock.shift(timedelta(minutes=1))
        alert(issued_at=timezone.now() - timedelta(days=30))
        assert turn() == 0 and not News.objects.exists()

    def test_what_shows_only_later_is_told_when_it_shows(self, clock: Any) -> None:
        member()
        clock.shift(timedelta(minutes=1))
        alert(visible_from=timezone.now() + timedelta(hours=3))
        assert turn() == 0
        clock.shift(timedelta(hours=3, minutes=1))
        assert turn() == 1

    def test_quiet_hours_keep_what_can_wait_and_not_what_is_critical(self, clock: Any) -> None:
        person = member()
        sector = energy()[0]
        choose(person, wishes={f"sector:{sector.pk}": Rhythm.AT_ONCE}, quiet_from=time(9), quiet_until=time(12))
        clock.shift(timedelta(minutes=1))
        alert()
        alert(severity="high", title="Valve")
        assert turn() == 1 and "Turbine" in mailed()[0][1]
        clock.shift(timedelta(hours=1, minutes=58))
        assert turn() == 0
        clock.shift(timedelta(minutes=1))
        assert turn() == 1 and "Valve" in mailed()[1][1]

    def test_quiet_hours_keep_what_is_critical_for_who_wants_it_so(self, clock: Any) -> None:
        wishes = {f"sector:{energy()[0].pk}": Rhythm.AT_ONCE}
        choose(member(), wishes=wishes, quiet_from=time(9), quiet_until=time(12), critical_at_once=False)
        clock.shift(timedelta(minutes=1))
        alert()
        assert turn() == 0
        assert Delivery.objects.get().due_at == timezone.now() + timedelta(hours=1, minutes=59)
        clock.shift(timedelta(hours=1, minutes=59))
        assert turn() == 1

    def test_who_joined_a_committee_after_choosing_hears_of_it_at_once_all_the_same(self, clock: Any) -> None:
        person = PersonFactory()
        choose(person, wishes={"general": Rhythm.NONE})
        committee = CommunityFactory(kind="committee")
        person.community_memberships.create(community=committee)
        chosen = people.preferences([person.pk])[person.pk]
        assert rhythm_of(chosen, Topics("x", committees=frozenset({committee.pk})), kind="kind:x") is Rhythm.AT_ONCE


class TestWhoMayReadIt:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"standing": Standing.SUSPENDED}, Why.PERSON),
            ({"is_active": False}, Why.PERSON),
            ({"validated_until": None}, Why.PERSON),
        ],
    )
    def test_who_was_suspended_between_queueing_and_sending_gets_nothing(
        self, clock: Any, change: dict[str, Any], why: Why
    ) -> None:
        left, stays = member(), member()
        clock.shift(timedelta(minutes=1))
        alert()
        turn(send=False)
        Person.objects.filter(pk=left.pk).update(**change)
        assert turn() == 1
        assert [to for to, _subject in mailed()] == [stays.email]
        row = Delivery.objects.get(person=left)
        assert (row.state, row.why) == (State.SUPPRESSED, why)

    def test_who_left_the_audience_or_chose_otherwise_meanwhile_gets_nothing(self, clock: Any) -> None:
        circle = CommunityFactory()
        left, changed = (member() for _ in range(2))
        for person in (left, changed):
            person.community_memberships.create(community=circle)
        clock.shift(timedelta(minutes=1))
        alert(tlp=Label.AMBER, audience_communities=[circle])
        turn(send=False)
        left.community_memberships.filter(community=circle).update(ended_at=timezone.now())
        choose(changed, Mode.NOTHING)
        assert turn() == 0 and mail.outbox == []
        assert set(Delivery.objects.values_list("person", "why")) == {(left.pk, Why.ACCESS), (changed.pk, Why.CHOICE)}

    def test_what_was_recalled_meanwhile_is_told_to_nobody(self, clock: Any) -> None:
        member()
        clock.shift(timedelta(minutes=1))
        page = alert()
        turn(send=False)
        type(page).objects.filter(pk=page.pk).update(recalled_at=timezone.now())
        assert turn() == 0
        assert Delivery.objects.get().why == Why.ACCESS

    def test_above_green_it_is_a_safe_title_and_a_link(self, clock: Any) -> None:
        circle = energy()[1]
        person = member()
        clock.shift(timedelta(minutes=1))
        page = alert(
            title="Secret turbine",
            summary="Secret summary",
            tlp=Label.AMBER,
            audience_communities=[circle],
            safe_title="Notice to partners",
            reach=Reach.NAMED,
            slug="secret-turbine",
        )
        assert turn() == 1
        (message,) = mail.outbox
        assert (message.to, message.subject) == ([person.email], "TLP:AMBER Notice to partners")
        raw = message.message().as_string().lower()
        assert "secret" not in raw and "critical" not in raw and "energy" not in raw
        assert page.permalink in message.body

    def test_the_queries_of_a_batch_do_not_depend_on_how_many_they_are(
        self, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claiming, "FLUSH_EVERY", 60)
        counts = []
        for many in (2, 40):
            for _ in range(many):
                member()
            clock.shift(timedelta(minutes=1))
            alert(title=f"Flaw {many}")
            now = timezone.now()
            finding.find(now)
            with CaptureQueriesContext(connection) as telling:
                finding.tell_at_once(now)
            with CaptureQueriesContext(connection) as going:
                sending.send_waiting()
            counts.append((len(telling), len(going)))
        assert counts[0] == counts[1]


class TestMail:
    def message(self, clock: Any, **fields: Any) -> Any:
        member()
        clock.shift(timedelta(minutes=1))
        alert(**fields)
        turn()
        (message,) = mail.outbox
        return message_from_bytes(message.message().as_bytes(), policy=policy.default)

    def test_it_has_both_forms_and_stops_with_one_click(self, clock: Any) -> None:
        message = self.message(clock)
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Unsubscribe"].strip().startswith("<http://testserver/news/stop/")
        assert message["Message-ID"] and message["Auto-Submitted"] == "auto-generated"
        html = message.get_body(("html",)).get_content()
        assert '<html lang="en">' in html and "<h1>" in html and "style=" not in html
        assert html.index("TLP:GREEN") < html.index("<h1>")

    @pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0", "\u202e"])
    def test_a_title_makes_no_headers(self, clock: Any, sign: str) -> None:
        member()
        clock.shift(timedelta(minutes=1))
        page = alert()
        title = f"Flaw{sign}Bcc: thief@evil.example{sign}{sign}<script>alert(1)</script>"
        if sign == "\0":
            title = title.replace("\0", "\x01")
        BulletinPage.objects.filter(pk=page.pk).update(title=title)
        assert turn() == 1
        (message,) = mail.outbox
        parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert parsed["Bcc"] is None and message.recipients() == message.to
        assert "Bcc: thief" in parsed["Subject"]
        html: Any = parsed.get_body(("html",))
        assert "<script>" not in html.get_content()

    def test_guidance_and_the_library_are_told_of_in_the_weekly_mail(self, clock: Any) -> None:
        member()
        clock.shift(timedelta(minutes=1))
        guidance(title="Winter")
        assert turn() == 0
        clock.shift(timedelta(days=7))
        assert turn() == 1
        assert mailed()[0][1] == "TLP:CLEAR News of the week: 1 item"
