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
