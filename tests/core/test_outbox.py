"""Mail that waits: sent once, tried again, and never holding what it will say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from portal.core import outbox, tick
from portal.core.models import OutgoingMail
from portal.core.outbox import Letter

pytestmark = pytest.mark.django_db

SECRET = "the words of the letter"


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> None:
    """A kind of mail for these tests, with templates of its own."""
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "a_test.txt").write_text("{{ words }} {{ front_url }}")
    (tmp_path / "emails" / "a_test_subject.txt").write_text("A\ntest\n")
    templates = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    settings.TEMPLATES = templates
    monkeypatch.setitem(
        outbox._builders,
        "a_test",
        lambda about: Letter("reader@partner.example", "a_test", {"words": SECRET}) if about else None,
    )


class DownBackend(EmailBackend):
    """A mail server that refuses, and quotes the mail while it does."""

    def send_messages(self, messages: Any) -> int:
        raise OSError(f"refused: {SECRET}")


def test_a_mail_is_sent_after_the_transaction_and_once(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        outbox.put("a_test", "1")
        assert mail.outbox == []
    assert [(m.subject, m.to) for m in mail.outbox] == [("A test", ["reader@partner.example"])]
    outbox.send_waiting(all_sites=True)
    assert len(mail.outbox) == 1


def test_what_was_rolled_back_is_not_sent() -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        outbox.put("a_test", "1")
        raise Stop
    assert outbox.send_waiting(all_sites=True) == 0


def test_nobody_to_write_to_is_no_failure() -> None:
    outbox.put("a_test", "")
    assert outbox.send_waiting(all_sites=True) == 1
    assert mail.outbox == []


def test_a_server_that_is_down_is_tried_again_later_and_keeps_no_words(settings: Any, caplog: Any) -> None:
    good = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.DownBackend"
    outbox.put("a_test", "1")
    assert outbox.send_waiting(all_sites=True) == 0
    row = OutgoingMail.objects.get()
    assert (row.attempts, row.problem, row.sent_at) == (1, "OSError", None)
    assert row.due_at > timezone.now()
    assert SECRET not in caplog.text
    settings.EMAIL_BACKEND = good
    assert outbox.send_waiting(all_sites=True) == 0
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert outbox.send_waiting(all_sites=True) == 1
    assert len(mail.outbox) == 1


def test_after_many_tries_it_is_left_to_staff(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DownBackend"
    outbox.put("a_test", "1")
    for _ in range(outbox.MOST_ATTEMPTS):
        OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        outbox.send_waiting(all_sites=True)
    assert OutgoingMail.objects.get().given_up_at is not None


def test_an_unknown_kind_waits_and_keeps_nobody_else_waiting() -> None:
    outbox.put("no_such_kind", "1")
    outbox.put("a_test", "1")
    assert outbox.send_waiting(all_sites=True) == 1
    assert OutgoingMail.objects.get(kind="no_such_kind").problem == "KeyError"


def test_a_worker_sends_the_mail_of_its_own_site_and_tick_that_of_both(settings: Any) -> None:
    outbox.put("a_test", "1")
    settings.PORTAL_SITE_KIND = "desk"
    assert outbox.send_waiting() == 0
    outcome = next(o for o in tick.run(timezone.now()) if o.name == "core: mail that waits")
    assert (outcome.moved, outcome.failed) == (1, False)


# --- what Front may put into the table ----------------------------------------------------------------------------


def put_by_front(count: int, **fields: Any) -> None:
    long_ago = timezone.now() - timedelta(days=999)
    rows = [OutgoingMail(kind="x", site="front", due_at=long_ago, **fields) for _ in range(count)]
    OutgoingMail.objects.bulk_create(rows)


def desk_sends(settings: Any) -> list[str]:
    """What Desk's tick sends of its own mail."""
    settings.PORTAL_SITE_KIND = "desk"
    outbox.put("a_test", "1")
    outcome = next(o for o in tick.run(timezone.now()) if o.name == "core: mail that waits")
    assert not outcome.failed
    return [message.to[0] for message in mail.outbox]


@pytest.mark.parametrize("attempts", [0, 20, 21, 1000, 32767])
def test_a_row_with_any_number_of_attempts_keeps_no_other_mail_waiting(settings: Any, attempts: int) -> None:
    put_by_front(1, attempts=attempts)
    assert desk_sends(settings) == ["reader@partner.example"]
    row = OutgoingMail.objects.get(kind="x")
    assert row.attempts == min(attempts, outbox.MOST_ATTEMPTS) + 1
    assert timezone.now() < row.due_at <= timezone.now() + outbox.LONGEST_PAUSE
    assert (row.given_up_at is not None) == (attempts >= outbox.MOST_ATTEMPTS)


def test_a_row_that_cannot_be_claimed_keeps_no_other_mail_waiting(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_by_front(1)
    poisoned, claim = OutgoingMail.objects.get().pk, outbox._claim
    monkeypatch.setattr(outbox, "_claim", lambda pk: 1 / 0 if pk == poisoned else claim(pk))
    assert desk_sends(settings) == ["reader@partner.example"]
    assert OutgoingMail.objects.get(pk=poisoned).problem == "ZeroDivisionError"


def test_rows_of_front_without_number_do_not_starve_desk(settings: Any) -> None:
    put_by_front(outbox.MOST_AT_ONCE + 1)
    assert desk_sends(settings) == ["reader@partner.example"]


def test_a_builder_that_asks_is_told_which_site_put_the_row(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setitem(outbox._builders, "a_test", lambda about, *, site: told.append((about, site)))
    monkeypatch.setattr(outbox, "_knows_site", {"a_test"})
    for site in ("front", "desk"):
        settings.PORTAL_SITE_KIND = site
        outbox.put("a_test", "7:desk")
    outbox.send_waiting(all_sites=True)
    assert told == [("7:desk", "desk"), ("7:desk", "front")]
