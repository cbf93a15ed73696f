"""Log lines as JSON objects, without what a log must not hold.

Some addresses are keys: whoever reads a link that is still good can follow it. Django logs the path of what it refuses.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

MASK = "[link]"
# What stands before the secret part of a link that was mailed. All that follows up to a space or quote is masked.
LINKS = re.compile(
    r"(/apply/link/|/account/welcome/|/account/reviews/[^/\s]+/|/account/password/reset/key/|/account/confirm-email/|/news/stop/"
    r"|/meetings/subscription/|/meetings/calendar/)"
    r"[^\s\"'<>]+"
)


def without_links(text: str) -> str:
    return LINKS.sub(rf"\1{MASK}", text)


class MaskLinks(logging.Filter):
    """Masks live links in a record: in its message with what was put into it, and in what was added to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = without_links(message)
        if masked != message:
            record.msg, record.args = masked, ()
        for name, value in vars(record).items():
            if isinstance(value, str):
                setattr(record, name, without_links(value))
        return True


class JsonFormatter(BaseJsonFormatter):
    """One JSON object a line. Of an exception, its class and place are kept, not its message or its values.

    An exception's message may quote what somebody typed (a database error names the row), so it stays out.
    """

    def formatException(self, ei: Any) -> str:
        kind, _value, trace = ei
        frames = []
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
            trace = trace.tb_next
        return without_links(f"{kind.__module__}.{kind.__qualname__} at {' > '.join(frames[-6:])}")

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        for name in ("request", "args"):  # a request's repr carries its address with the query
            log_data.pop(name, None)
