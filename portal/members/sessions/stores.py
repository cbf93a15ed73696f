"""What both sites' session stores do: keep, beside a session, whose it is, since when, and when it was last used.

These stand in columns of the row, not in the session's data: the person's list is made from them, and to note the last
use does not write the data, which another request may be writing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY as PERSON_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


@dataclass(frozen=True)
class Facts:
    """What is known of a session apart from its data. All of it is empty until somebody signs in."""

    begun_at: datetime | None = None
    seen_at: datetime | None = None
    browser: str = ""
    network: str = ""


class SignedInStore(DatabaseStore):
    """A store in the database that knows the facts of its session."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.facts = Facts()

    def begin(self, *, at: datetime, browser: str, network: str) -> None:
        """Somebody signed in: both limits count from `at`."""
        self.facts = Facts(begun_at=at, seen_at=at, browser=browser, network=network)
        self.modified = True

    def touch(self, at: datetime) -> None:
        """Note that the session was used. A session that was ended meanwhile stays ended."""
        self.facts = replace(self.facts, seen_at=at)
        table: Any = self.get_model_class()
        table.objects.filter(session_key=self.session_key).update(seen_at=at)

    def flush(self) -> None:
        super().flush()
        self.facts = Facts()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        person = data.get(PERSON_KEY)
        row.person_id = int(person) if person else None
        row.begun_at, row.seen_at = self.facts.begun_at, self.facts.seen_at
        row.browser, row.network = self.facts.browser, self.facts.network
        return row

    def _get_session_from_db(self) -> Any:
        row: Any = super()._get_session_from_db()  # type: ignore[misc]  # Django's stubs leave it out
        if row is not None:
            self.facts = Facts(row.begun_at, row.seen_at, row.browser, row.network)
        return row
