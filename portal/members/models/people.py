"""People: partners and staff alike sign in with their work e-mail address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.enums import Caveat
from portal.members.enums import StaffRole, Standing


def fold(email: str) -> str:
    """The one spelling under which an address is stored and looked up."""
    return email.strip().casefold()


class PersonManager(BaseUserManager["Person"]):
    """Makes people; their addresses are stored folded."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=fold(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=fold(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """For Django's createsuperuser, the first administrator of an installation. Reading rights do not follow."""
        return self.create_user(email, password, is_superuser=True, **{"standing": Standing.ACTIVE, **fields})


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What they may read follows from their standing and circles, never from being staff."""

    email = models.EmailField(_("work e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, default=Standing.APPLIED)
    standing_reason = models.CharField(_("reason for the standing"), max_length=300, blank=True)
    has_law_enforcement_clearance = models.BooleanField(_("law-enforcement clearance"), default=False)
    is_active = models.BooleanField(
        _("may sign in"), default=True, help_text=_("Unticked, every session of this person ends at the next request.")
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    visited_at = models.DateTimeField(_("this visit began"), null=True, blank=True)
    previous_visit_at = models.DateTimeField(_("the visit before began"), null=True, blank=True)
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = fold(self.email)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def clearances(self) -> frozenset[Caveat]:
        """The caveats that this person is cleared for."""
        return frozenset({Caveat.LAW_ENFORCEMENT_SENSITIVE} if self.has_law_enforcement_clearance else ())

    @property
    def is_vetted(self) -> bool:
        """Whether this person's standing lets them be an active member."""
        return self.is_active and self.standing == Standing.ACTIVE

    def has_role(self, *roles: StaffRole) -> bool:
        """Whether this person holds one of these staff roles, and stands so that they may use it.

        Asks the database once for each object.
        """
        if not self.is_vetted:
            return False
        if not hasattr(self, "_role_names"):
            self._role_names = frozenset(self.groups.values_list("name", flat=True))
        return bool(self._role_names & {role.value for role in roles})
