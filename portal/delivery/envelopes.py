"""A written message as mail. Of what goes to many, the bytes are made once, and filled in for each reader.

To make them for each would take longer than to hand them over. What cannot be filled in safely is made the long way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from portal.delivery.letters import STOP_PLACE, Written

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
MESSAGE_ID_SALT = "portal.delivery.message-id"
ADDRESS_PLACE = "the-address-of-this-reader@place.invalid"
NAME_PLACE = "<the-name-of-this-message@place.invalid>"
FIRST_STOP = re.compile(rb"^\.", re.MULTILINE)
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


def message_id(key: str) -> str:
    """The Message-ID of a row, the same at each try. Front, which has not the key, cannot guess it."""
    digest = salted_hmac(MESSAGE_ID_SALT, key, secret=settings.PORTAL_DESK_LINK_KEY, algorithm="sha256").hexdigest()
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{digest[:40]}@{domain}>"


def mail_of(written: Written, *, address: str, name: str) -> EmailMultiAlternatives:
    """One-click unsubscription (RFC 8058), and that nobody wrote this by hand (RFC 3834)."""
    headers = {
        "Message-ID": name,
        "List-Unsubscribe": f"<{written.stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    text, html = (words.replace(STOP_PLACE, written.stop_url) for words in (written.text, written.html))
    message = EmailMultiAlternatives(written.subject, text, None, [address], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


@dataclass(frozen=True)
class FilledIn:
    """A message to one reader, ready to be handed over: sender and recipient of the envelope, and the bytes.

    Its lines are as a server wants them: they end in CR LF, and a full stop at the beginning is there twice (RFC 5321,
    section 4.5.2).
    """

    sender: str
    address: str
    name: str
    content: bytes


class Form:
    """The bytes of a message with places in it for what is each reader's own."""

    def __init__(self, shared: Written) -> None:
        blank = replace(shared, stop_url=STOP_PLACE)
        message = mail_of(blank, address=ADDRESS_PLACE, name=NAME_PLACE)
        self._sender = parseaddr(message.from_email)[1]
        made = message.message()
        content = made.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own message
        self._content = FIRST_STOP.sub(b"..", content.removesuffix(b"\r\n") + b"\r\n")
        links = 1 + shared.text.count(STOP_PLACE) + shared.html.count(STOP_PLACE)
        wanted = {ADDRESS_PLACE: 1, NAME_PLACE: 1, STOP_PLACE: links}
        encodings = {part.get("Content-Transfer-Encoding", "7bit") for part in made.walk()}
        # Long lines are written in another encoding, in which lines have a length, and places cannot be filled in.
        is_there = all(self._content.count(place.encode()) == count for place, count in wanted.items())
        is_plain = PLAIN_ADDRESS.fullmatch(self._sender) is not None
        self._is_whole = is_there and is_plain and encodings <= {"7bit", "8bit"}

    def filled_in(self, *, address: str, name: str, stop_url: str) -> FilledIn | None:
        """The message to one reader; None where it has to be made the long way."""
        if not self._is_whole or PLAIN_ADDRESS.fullmatch(address) is None:
            return None
        content = self._content.replace(ADDRESS_PLACE.encode(), address.encode())
        content = content.replace(NAME_PLACE.encode(), name.encode()).replace(STOP_PLACE.encode(), stop_url.encode())
        return FilledIn(self._sender, address, name, content)
