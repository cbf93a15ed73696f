"""Handing prepared bytes to a mail server, step by step as `smtplib.SMTP.sendmail` does (RFC 5321, section 3.3).

Doing the steps here shows at which of them a connection was closed: before the message was shown, nobody can have it,
and a new connection may be asked at once. The addresses were looked at when the bytes were made.
"""

from __future__ import annotations

import smtplib
from typing import Any

from portal.delivery.envelopes import FilledIn
from portal.delivery.fates import NOT_NOW

DONE = 250
GO_ON = 354


class Closed(Exception):
    """The server had closed the connection before this message was shown to it, as after so many or so long."""


def hand_over(server: smtplib.SMTP, message: FilledIn) -> None:
    """Hand one message over. Raises `Closed`, or what `sendmail` raises."""
    _begin(server, message)
    code, words = server.docmd(f"RCPT TO:<{message.address}>")
    if code not in {DONE, DONE + 1}:
        _give_up(server, code)
        raise smtplib.SMTPRecipientsRefused({message.address: (code, words)})
    code, words = server.docmd("DATA")
    if code == GO_ON:
        server.send(message.content + b".\r\n")
        code, words = server.getreply()
    if code != DONE:
        _give_up(server, code)
        raise smtplib.SMTPDataError(code, words)


def _begin(server: smtplib.SMTP, message: FilledIn) -> None:
    size = f" SIZE={len(message.content)}" if server.has_extn("size") else ""
    try:
        code, words = server.docmd(f"MAIL FROM:<{message.sender}>{size}")
    except smtplib.SMTPServerDisconnected as problem:
        raise Closed from problem
    if code == NOT_NOW:
        server.close()
        raise Closed from smtplib.SMTPSenderRefused(code, words, message.sender)
    if code != DONE:
        _give_up(server, code)
        raise smtplib.SMTPSenderRefused(code, words, message.sender)


def _give_up(server: Any, code: int) -> None:
    """Leave the connection ready for the next message, or closed where the server said so."""
    if code == NOT_NOW:
        server.close()
    else:
        server._rset()  # as `sendmail`: a server that went away meanwhile is noticed at the next step
