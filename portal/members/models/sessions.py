"""A table of sessions for each site: one stolen from Front opens nothing on Desk."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager


class FrontSessionManager(BaseSessionManager["FrontSession"]):
    use_in_migrations = False


class DeskSessionManager(BaseSessionManager["DeskSession"]):
    use_in_migrations = False


class FrontSession(AbstractBaseSession):
    """A session on Front."""

    objects: ClassVar[FrontSessionManager] = FrontSessionManager()

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "session on Front"
        verbose_name_plural = "sessions on Front"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        from portal.members.sessions.front import SessionStore

        return SessionStore


class DeskSession(AbstractBaseSession):
    """A session on Desk."""

    objects: ClassVar[DeskSessionManager] = DeskSessionManager()

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "session on Desk"
        verbose_name_plural = "sessions on Desk"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        from portal.members.sessions.desk import SessionStore

        return SessionStore
