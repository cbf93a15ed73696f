"""The session store of Front."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from portal.members.models import FrontSession


class SessionStore(DatabaseStore):
    """Keeps sessions in Front's own table, signed for Front alone."""

    @classmethod
    def get_model_class(cls) -> type[FrontSession]:
        return FrontSession

    @property
    def key_salt(self) -> str:
        return "portal.members.sessions.front"
