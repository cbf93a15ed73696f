"""Log lines as JSON objects, without what a log must not hold."""

from __future__ import annotations

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter


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
        return f"{kind.__module__}.{kind.__qualname__} at {' > '.join(frames[-6:])}"

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        for name in ("request", "args"):  # a request's repr carries its address with the query
            log_data.pop(name, None)
