"""The session store of Front."""

from __future__ import annotations

from portal.members.models import FrontSession
from portal.members.sessions.stores import SignedInStore


class SessionStore(SignedInStore):
    """Keeps sessions in Front's own table, signed for Front alone."""

    @classmethod
    def get_model_class(cls) -> type[FrontSession]:
        return FrontSession

    @property
    def key_salt(self) -> str:
        return "portal.members.sessions.front"
