"""People: partners and staff alike sign in with their work e-mail address."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.enums import Caveat
from portal.members.enums import StaffRole, Standing
from portal.members.models.standing import Agreement, Departure, Visit
from portal.members.standing import is_standing_active, standing_of


def fold(email: str) -> str:
    """The one spelling under which an address is stored and looked up."""
    return email.strip().casefold()


class PersonQuerySet(models.QuerySet["Person"]):
    """Selections of people."""

    def active(self, *, at: datetime | None = None) -> Self:
        """Those who are active members at the moment `at` (now, if not given)."""
        return self.filter(is_standing_active(at=at), is_active=True)

    def with_facts(self) -> Self:
        """With all that their standing follows from, so that asking for it costs no further query."""
        owed = Agreement.objects.owed_by(models.OuterRef(models.OuterRef("pk")))
        left = Departure.objects.unhandled().filter(person=models.OuterRef("pk"))
        return self.select_related("visit").annotate(owes=models.Exists(owed), left=models.Exists(left))

    def of_request(self) -> Self:
        """The same for the person behind a request, in a query that is soon put together: it is asked every time.

        Whether anybody ever said that they left is read here, and only if so, what became of it is asked for.
        """
        owed = Agreement.objects.owed_by(models.OuterRef(models.OuterRef("pk")))
        said = Departure.objects.filter(person=models.OuterRef("pk"))
        return self.select_related("visit").annotate(owes=models.Exists(owed), was_reported=models.Exists(said))


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]  # a class that Django makes
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
        until = timezone.now() + settings.PORTAL_VALIDATION_LASTS
        facts = {"standing": Standing.ACTIVE, "validated_until": until, **fields}
        return self.create_user(email, password, is_superuser=True, **facts)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What they may read follows from their standing and circles, never from being staff."""

    email = models.EmailField(_("work e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, default=Standing.APPLIED)
    standing_reason = models.CharField(_("reason for the standing"), max_length=300, blank=True)
    cleared_until = models.DateTimeField(_("law-enforcement clearance until"), null=True, blank=True)
    validated_until = models.DateTimeField(_("validated until"), null=True, blank=True)
    sponsor = models.ForeignKey(
        "self", verbose_name=_("sponsor"), null=True, blank=True, on_delete=models.PROTECT, related_name="sponsored"
    )
    sessions_valid_from = models.DateTimeField(
        _("sessions begun before this have ended"), null=True, blank=True, editable=False
    )
    is_active = models.BooleanField(
        _("may sign in"), default=True, help_text=_("Unticked, every session of this person ends at the next request.")
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    admitted_at = models.DateTimeField(
        _("admitted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The latest admission by the vetting desk: what somebody agreed to before it counts no longer."),
    )
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)

    objects: ClassVar[Any] = PersonManager()

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            Visit.objects.get_or_create(person=self, defaults={"active_at": self.joined_at})

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_cleared(self) -> bool:
        """Whether the law-enforcement clearance holds now. It never outlives the yearly validation."""
        now = timezone.now()
        return bool(self.cleared_until and self.cleared_until > now)

    @property
    def clearances(self) -> frozenset[Caveat]:
        """The caveats that this person is cleared for."""
        return frozenset({Caveat.LAW_ENFORCEMENT_SENSITIVE} if self.is_cleared else ())

    @property
    def last_active_at(self) -> datetime | None:
        """When they were last here as a member; a new account counts from the day it was made."""
        try:
            seen: datetime = self.visit.active_at
        except Visit.DoesNotExist:
            return None
        return seen

    @property
    def previous_visit_at(self) -> datetime | None:
        """When the visit before this one began."""
        try:
            before: datetime | None = self.visit.previous_began_at
        except Visit.DoesNotExist:
            return None
        return before

    def owes_agreement(self, *, at: datetime | None = None) -> bool:
        """Whether an agreement in force is not accepted. Read with the person by `with_facts`, else asked for."""
        if at is None and hasattr(self, "owes"):
            return bool(self.owes)
        return bool(Agreement.objects.owed_by(self.pk, at=at).exists())

    def is_reported_gone(self, *, at: datetime | None = None) -> bool:
        """Whether their organisation says that they left, and Desk has not acted on it yet. Read as `owes` is."""
        if at is None and hasattr(self, "left"):
            return bool(self.left)
        if at is None and not getattr(self, "was_reported", True):
            return False
        return bool(Departure.objects.unhandled(at=at).filter(person=self.pk).exists())

    def standing_now(self, *, at: datetime | None = None) -> Standing:
        """Where they stand, with what follows from dates (`standing.py`)."""
        return standing_of(self, at=at)

    @property
    def is_vetted(self) -> bool:
        """Whether they are an active member now."""
        return self.is_active and self.standing_now() is Standing.ACTIVE

    def has_role(self, *roles: StaffRole) -> bool:
        """Whether this person holds one of these staff roles, and stands so that they may use it.

        Asks the database once for each object.
        """
        if not self.is_vetted:
            return False
        if not hasattr(self, "_role_names"):
            self._role_names = frozenset(self.groups.values_list("name", flat=True))
        return bool(self._role_names & {role.value for role in roles})
