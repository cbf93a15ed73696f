"""The ways on which a message leaves: mail, and texts where an installation has them.

A channel says of each message what became of it and raises nothing: a worker that holds thousands of rows must know for
each whether it went, came back at once, is to be tried again, or whether nobody is there to take anything at all.
"""

from __future__ import annotations

import smtplib
import string
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from portal.delivery.enums import Channel
from portal.delivery.envelopes import SMTP_BACKEND, FilledIn, Form, mail_of, message_id
from portal.delivery.fates import Fate, Outcome, fate_of, named
from portal.delivery.handing import Closed, hand_over
from portal.delivery.letters import Written
from portal.delivery.models import Delivery
from portal.delivery.people import Reader
from portal.members.profiles import phone_of


class Way(Protocol):
    """A channel. It is opened by the thread that uses it, and used for many messages."""

    def prepare(self, row: Delivery, written: Written, reader: Reader) -> Any:
        """What is handed over; None where this person cannot be reached on this way."""

    def send(self, message: Any) -> Outcome: ...

    def close(self) -> None: ...


@dataclass
class Mail:
    """Mail by whatever Django's `EMAIL_BACKEND` is: SMTP, or a provider's by django-anymail."""

    _connection: Any = field(default=None, init=False)
    _forms: dict[str, Form] = field(default_factory=dict, init=False)

    def prepare(self, row: Delivery, written: Written, reader: Reader) -> EmailMultiAlternatives | FilledIn:
        address, name = reader.person.email, message_id(row.key)
        if written.is_shared and settings.EMAIL_BACKEND == SMTP_BACKEND:
            if written.text not in self._forms:
                self._forms[written.text] = Form(written)
            ready = self._forms[written.text].filled_in(address=address, name=name, stop_url=written.stop_url)
            if ready is not None:
                return ready
        return mail_of(written, address=address, name=name)

    def send(self, message: EmailMultiAlternatives | FilledIn) -> Outcome:
        is_used = self._connection is not None
        try:
            self._open()
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Outcome(Fate.AWAY, named(problem))
        try:
            return self._hand_over(message)
        except Closed as problem:
            self.close()
            return self.send(message) if is_used else self._fate(problem.__cause__ or problem)
        except Exception as problem:  # noqa: BLE001  (whatever it is, the row must say what became of it)
            return self._fate(problem)

    def _open(self) -> None:
        if self._connection is None:
            self._connection = get_connection(fail_silently=False)
            self._connection.open()
            if settings.EMAIL_BACKEND == SMTP_BACKEND:
                self._connection.connection.ehlo_or_helo_if_needed()

    def _hand_over(self, message: EmailMultiAlternatives | FilledIn) -> Outcome:
        if isinstance(message, FilledIn):
            hand_over(self._connection.connection, message)
            return Outcome(Fate.SENT, provider_id=_known_as(message.name))
        self._connection.send_messages([message])
        status = getattr(message, "anymail_status", None)
        name = str(getattr(status, "message_id", None) or "")
        return Outcome(Fate.SENT, provider_id=name or _known_as(message.extra_headers["Message-ID"]))

    def _fate(self, problem: BaseException) -> Outcome:
        found = fate_of(problem)
        if found in {Fate.DOWN, Fate.RETRY}:
            self.close()
        return Outcome(found, named(problem))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                connection.close()


def _known_as(name: str) -> str:
    """The Message-ID, where a provider that takes mail by SMTP will report by it what became of the message."""
    return name if settings.PORTAL_ANYMAIL_SIGNING_KEY else ""


@dataclass(frozen=True)
class Note:
    """A text message: where to, in apprise's form of an address, and its words."""

    url: str
    words: str


@dataclass
class Text:
    """Text messages by apprise, off unless PORTAL_TEXT_URL is set. Its `{number}` is the person's sealed telephone."""

    def prepare(self, row: Delivery, written: Written, reader: Reader) -> Note | None:
        if not settings.PORTAL_TEXT_URL or not written.short:
            return None
        number = "".join(sign for sign in phone_of(reader.person) if sign in string.digits)
        return Note(settings.PORTAL_TEXT_URL.replace("{number}", number), written.short) if number else None

    def send(self, message: Note) -> Outcome:
        import apprise  # it loads a hundred services, which nothing else here needs

        way = apprise.Apprise()
        if not way.add(message.url):
            return Outcome(Fate.FAILED, "PORTAL_TEXT_URL is not understood")
        return Outcome(Fate.SENT) if way.notify(body=message.words) else Outcome(Fate.RETRY, "apprise")

    def close(self) -> None:
        """There is nothing that stays open."""


WAYS: dict[Channel, type[Mail] | type[Text]] = {Channel.MAIL: Mail, Channel.TEXT: Text}
