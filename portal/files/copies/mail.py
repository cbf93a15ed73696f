"""Mail (RFC 5322): who, when and what about, the text, and a list of what is attached."""

from __future__ import annotations

import email
import html.parser
from collections.abc import Callable, Iterator
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

from portal.files import attachments
from portal.files.enums import Fact, Kind, Removed, Title
from portal.files.wire import Delivery

SHOWN = ("From", "To", "Cc", "Reply-To", "Sender", "Date", "Subject")
_MOST_PARTS = 200
_LONGEST_LINE = 2_000
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "hr"}
_UNSEEN = {"script", "style", "head", "title", "template", "noscript", "object"}


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    _preload()
    return copy


def copy(data: bytes, out: Delivery) -> None:
    message = email.message_from_bytes(data, policy=default)
    headers(message, out)
    texts, attached = [], []
    for part in _parts(message):
        if part.get_content_maintype() == "text" and not _name(part):
            texts.append((part.get_content_subtype(), _text(part)))
        else:
            attached.append(_look(part, out))
    _bodies(texts, out)
    listed(attached, out)


def headers(message: Message, out: Delivery) -> None:
    """The lines that people read, and of the others what is evidence of the way that the mail took."""
    rows = [(name, _value(message, name)) for name in SHOWN]
    out.table([row for row in rows if row[1]], title=Title.HEADERS)
    out.removed(Removed.HEADERS)
    out.fact(Fact.SENDER, _value(message, "From"))
    out.fact(Fact.MESSAGE_ID, _value(message, "Message-ID"))
    ways = [" ".join(str(way).split())[:200] for way in _all(message, "Received")]
    out.fact(Fact.RECEIVED_BY_WAY_OF, " | ".join(ways))


def listed(rows: list[list[str]], out: Delivery) -> None:
    if rows:
        out.removed(Removed.ATTACHMENTS)
        out.table(rows, title=Title.ATTACHMENTS)


def plain(markup: str) -> str:
    """The text of a mail that was written as a web page."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _preload() -> None:
    """Read a mail that uses everything, since nothing can be imported once this process is confined."""
    sample = (
        b"From: =?utf-8?q?a?= <a@example.example>\nTo: b@example.example, c: d@example.example;\n"
        b"Date: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: =?utf-8?b?YQ==?=\nMessage-ID: <a@b>\nMIME-Version: 1.0\n"
        b"Reply-To: a@example.example\nSender: a@example.example\nReceived: from a\n"
        b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/html; charset=koi8-r\n'
        b"Content-Transfer-Encoding: quoted-printable\n\n<p>a\n--x\nContent-Type: image/png; name*=utf-8''a%20b\n"
        b"Content-Disposition: attachment; filename=a\nContent-Transfer-Encoding: base64\n\nYQ==\n--x\n"
        b"Content-Type: message/rfc822\n\nSubject: a\n\na\n--x\nContent-Transfer-Encoding: x-uuencode\n\n"
        b"begin 644 a\n#86$*\n`\nend\n"
        b"--x--\n"
    )
    copy(sample, Delivery(lambda frame: None))


def _parts(message: Message) -> Iterator[Any]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        if not part.is_multipart() or part.get_content_type() == "message/rfc822":
            yield part


def _look(part: Any, out: Delivery) -> list[str]:
    data = _bytes(part)
    name = _name(part)
    attachments.look(name, data, out)
    return [name or part.get_content_type(), str(part.get_content_type()), str(len(data))]


def _bytes(part: Any) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    return data if isinstance(data, bytes) else b""


def _text(part: Any) -> str:
    charset = str(part.get_content_charset("utf-8"))
    try:
        return _bytes(part).decode(charset, "replace")
    except (LookupError, ValueError):
        return _bytes(part).decode("cp1252", "replace")


def _bodies(texts: list[tuple[str, str]], out: Delivery) -> None:
    """The plain text, and what the markup says: the two may differ, and only the markup has where links lead."""
    for subtype, text in texts:
        if subtype == "html":
            out.removed(Removed.MARKUP)
        out.text(plain(text) if subtype == "html" else text)


def _name(part: Any) -> str:
    try:
        return str(part.get_filename("") or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return "?"


def _value(message: Message, name: str) -> str:
    values = _all(message, name)
    return str(values[0])[:_LONGEST_LINE] if values else ""


def _all(message: Message, name: str) -> list[object]:
    """Header lines by name. The library's reader of structured lines gives up on some broken ones."""
    try:
        return list(message.get_all(name, []))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return [value for key, value in message.raw_items() if key.lower() == name.lower()] if _is_new(message) else []


def _is_new(message: Message) -> bool:
    return isinstance(message, EmailMessage)


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0
        self._target = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append("  ")
        elif tag == "a":
            self._target = next((value or "" for name, value in attrs if name == "href"), "")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag == "a" and self._target:
            self.pieces.append(f" [{self._target[:_LONGEST_LINE]}]")  # where a link leads is evidence
            self._target = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data.replace("\n", " "))
