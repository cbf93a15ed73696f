"""The session store of Desk."""

from __future__ import annotations

from portal.members.models import DeskSession
from portal.members.sessions.stores import SignedInStore


class SessionStore(SignedInStore):
    """Keeps sessions in Desk's own table, signed for Desk alone."""

    @classmethod
    def get_model_class(cls) -> type[DeskSession]:
        return DeskSession

    @property
    def key_salt(self) -> str:
        return "portal.members.sessions.desk"
