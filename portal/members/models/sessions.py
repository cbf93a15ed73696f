"""A table of sessions for each site: one stolen from Front opens nothing on Desk."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

HANDLE_LENGTH = 32


class FrontSessionManager(BaseSessionManager["FrontSession"]):
    use_in_migrations = False


class DeskSessionManager(BaseSessionManager["DeskSession"]):
    use_in_migrations = False


class SignedInSession(AbstractBaseSession):
    """A session that its person can see in a list and end."""

    person_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    begun_at = models.DateTimeField(_("begun"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last used"), null=True, blank=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)
    network = models.CharField(_("network"), max_length=45, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = True

    @property
    def handle(self) -> str:
        """What a page calls this session by. The key itself opens it, so it stands in no page and no address."""
        digest = salted_hmac("portal.members.sessions.handle", self.session_key, algorithm="sha256").hexdigest()
        return digest[:HANDLE_LENGTH]


class FrontSession(SignedInSession):
    """A session on Front."""

    objects: ClassVar[FrontSessionManager] = FrontSessionManager()

    class Meta(SignedInSession.Meta):
        abstract = False
        verbose_name = "session on Front"
        verbose_name_plural = "sessions on Front"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        from portal.members.sessions.front import SessionStore

        return SessionStore


class DeskSession(SignedInSession):
    """A session on Desk."""

    objects: ClassVar[DeskSessionManager] = DeskSessionManager()

    class Meta(SignedInSession.Meta):
        abstract = False
        verbose_name = "session on Desk"
        verbose_name_plural = "sessions on Desk"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        from portal.members.sessions.desk import SessionStore

        return SessionStore
