"""What became of a message that was handed over, by what the one who was to take it said.

Three things must not be mistaken for one another: that this address takes no mail (which counts against its person),
that this message is not taken, and that nobody takes anything now.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused

NOT_NOW = 421  # RFC 5321, section 4.2.3: the service closes this connection
PERMANENT = range(500, 600)
NO_MAILBOX = {550, 551, 553}  # RFC 5321, section 4.2.3, where no status says more
STATUS = re.compile(rb"\A\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 2034, section 4
# RFC 3463: 5.1 is about the address, 5.2.1 a mailbox that is disabled. What a server refuses for its own reasons (5.7:
# policy, 5.3: its system) or since the mailbox is full (5.2.2) says nothing about whether the address is somebody's.
OF_ADDRESS = re.compile(r"5\.(1\.([01236]|10)|2\.[01])\Z")
MUST_WAIT = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class Fate(Enum):
    """What became of a message that was handed over."""

    SENT = "sent"
    BOUNCED = "bounced"  # this address takes none, for good
    FAILED = "failed"  # this message is not taken, for good
    RETRY = "retry"
    DOWN = "down"  # nobody takes anything now; this message may have been taken
    AWAY = "away"  # nobody takes anything now, and this message was not shown to anybody


@dataclass(frozen=True)
class Outcome:
    fate: Fate
    problem: str = ""
    provider_id: str = ""


# The first that fits counts.
FATES: tuple[tuple[type[Exception], Fate], ...] = (
    (AnymailRecipientsRefused, Fate.BOUNCED),
    (smtplib.SMTPNotSupportedError, Fate.FAILED),  # its address or its words are of a kind that the server has not
    (smtplib.SMTPException, Fate.DOWN),
    (ValueError, Fate.FAILED),  # it cannot be written as mail
    (AnymailError, Fate.RETRY),
    (OSError, Fate.DOWN),
)


def fate_of(problem: BaseException) -> Fate:
    """What a problem of handing over says of the message (RFC 5321, section 4.2)."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return _of_recipients(list(problem.recipients.values()))
    if isinstance(problem, smtplib.SMTPDataError):
        return _by_codes({problem.smtp_code}, for_good=Fate.FAILED)
    if isinstance(problem, AnymailAPIError):
        return _of_provider(problem.status_code)
    return next((fate for kind, fate in FATES if isinstance(problem, kind)), Fate.RETRY)


def _of_recipients(answers: Collection[tuple[int, bytes]]) -> Fate:
    is_of_address = all(_is_of_address(code, words) for code, words in answers)
    return _by_codes({code for code, _words in answers}, for_good=Fate.BOUNCED if is_of_address else Fate.FAILED)


def _is_of_address(code: int, words: bytes) -> bool:
    found = STATUS.match(bytes(words or b""))
    return OF_ADDRESS.match(found[1].decode()) is not None if found else code in NO_MAILBOX


def _by_codes(codes: set[int], *, for_good: Fate) -> Fate:
    if NOT_NOW in codes:
        return Fate.DOWN
    return for_good if all(code in PERMANENT for code in codes) else Fate.RETRY


def _of_provider(status: int | None) -> Fate:
    """By the status of HTTP. Without one, nobody answered; a key that is not taken is no fault of the message."""
    if status is None or status in MUST_WAIT or status in PERMANENT:
        return Fate.DOWN
    return Fate.FAILED


def named(problem: BaseException) -> str:
    """The class and the codes of a problem, and nothing that it quotes."""
    codes = [str(getattr(problem, "smtp_code", "") or getattr(problem, "status_code", "") or "")]
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = sorted({_code(code, words) for code, words in problem.recipients.values()})
    return " ".join([type(problem).__name__, *codes]).strip()[:80]


def _code(code: int, words: bytes) -> str:
    found = STATUS.match(bytes(words or b""))
    return f"{code} {found[1].decode()}" if found else str(code)
