"""Steps that stand beside one another: one that fails keeps none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger("portal.delivery")


def guarded(step: Callable[[], int], *, what: str) -> int:
    """Do one of many steps; if it fails, say so and count nothing. What it left undone is there the next time."""
    try:
        return step()
    except Exception:
        logger.exception("a step of the delivery of news failed", extra={"step": what})
        return 0
