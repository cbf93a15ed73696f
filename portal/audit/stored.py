"""Events as they stand in the database: whether a row is one that the portal has written, by its text as well.

SQLite keeps a time and facts as the text that was given to it, which says more than what is read from it: a name twice,
or a time that sorts to another place. PostgreSQL keeps values.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.db.models import F, TextField
from django.db.models.functions import Cast

TEXTS = ("at_text", "facts_text")


def with_texts(events: Any) -> Any:
    """Each event with the texts that stand for its time and facts (on SQLite; elsewhere with nothing of use)."""
    is_text = connection.vendor == "sqlite"
    texts = {name: Cast(name.removesuffix("_text"), TextField()) if is_text else F("id") for name in TEXTS}
    return events.annotate(**texts)


def is_plain(at: Any, facts: Any, texts: tuple[Any, ...]) -> bool:
    """Whether the texts are the ones that the portal stores for this time and these facts."""
    if connection.vendor != "sqlite":
        return True
    try:
        return (str(at.replace(tzinfo=None)), json.dumps(facts)) == texts
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False
