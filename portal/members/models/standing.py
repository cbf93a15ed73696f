"""What a membership's standing follows from: visits, agreements, yearly validation, and what ended it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from portal.members.enums import AgreementKind, EndReason, StaffRole, Standing
from portal.members.models.circles import Affiliation


class Visit(models.Model):
    """When a person was last here. `active_at` stands still once they are dormant, until they say they are back."""

    person: Any = models.OneToOneField(
        "members.Person", on_delete=models.CASCADE, related_name="visit", primary_key=True
    )
    began_at = models.DateTimeField(_("this visit began"), null=True, blank=True)
    previous_began_at = models.DateTimeField(_("the visit before began"), null=True, blank=True)
    active_at = models.DateTimeField(_("last active"), db_index=True)

    def __str__(self) -> str:
        return f"{self.person_id} at {self.began_at}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Versions of the agreements."""

    def in_force(self, *, at: datetime | None = None) -> Self:
        """The newest version of each kind whose day has come."""
        come = self.model.objects.filter(in_force_from__lte=at or timezone.now())
        newer = come.filter(kind=models.OuterRef("kind"), number__gt=models.OuterRef("number"))
        return self.filter(in_force_from__lte=at or timezone.now()).exclude(models.Exists(newer))

    def owed_by(self, person: Any, *, at: datetime | None = None) -> Self:
        """Those in force that a person (or the person of an outer query) has not accepted."""
        accepted = AgreementAnswer.objects.counting().filter(
            agreement=models.OuterRef("pk"), person=person, is_accepted=True
        )
        return self.in_force(at=at).exclude(models.Exists(accepted))


class Agreement(models.Model):
    """One version of one agreement. Once its day has come its words no longer change; a new version is made."""

    kind = models.CharField(_("kind"), max_length=8, choices=AgreementKind.choices)
    number = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=160)
    what_changed = models.CharField(_("what changed since the version before"), max_length=300, blank=True)
    text = RichTextField(_("text"), features=["h3", "h4", "bold", "italic", "ol", "ul", "link"])
    in_force_from = models.DateTimeField(_("in force from"))

    objects: ClassVar[Any] = AgreementQuerySet.as_manager()

    panels = [FieldPanel(name) for name in ("kind", "number", "title", "what_changed", "text", "in_force_from")]
    FIXED_ONCE_IN_FORCE = ("kind", "number", "title", "text", "in_force_from")

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="members_agreement_once")]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    @property
    def text_hash(self) -> str:
        """SHA-256 of the words that are agreed to, in hexadecimal."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()

    def clean(self) -> None:
        super().clean()
        self._refuse_change()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it. Raises `ValidationError` when its day had come and its words would change."""
        self._refuse_change()
        super().save(*args, **kwargs)

    def _refuse_change(self) -> None:
        stored = type(self).objects.filter(pk=self.pk, in_force_from__lte=timezone.now()).first()
        if stored and any(getattr(stored, name) != getattr(self, name) for name in self.FIXED_ONCE_IN_FORCE):
            raise ValidationError(_("It is in force as it is. Make a new version for what should change."))


class AgreementAnswerQuerySet(models.QuerySet["AgreementAnswer"]):
    """Answers to agreements."""

    def counting(self) -> Self:
        """Those given since their person was admitted: whoever comes back with an account may be somebody else."""
        admitted = models.F("person__admitted_at")
        return self.filter(models.Q(person__admitted_at=None) | models.Q(answered_at__gte=admitted))


class AgreementAnswer(models.Model):
    """That a person accepted or refused one version: which words, when, and from which network address."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="agreement_answers")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="answers")
    is_accepted = models.BooleanField(_("accepted"))
    text_hash = models.CharField(_("SHA-256 of the text"), max_length=64)
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)

    objects: ClassVar[Any] = AgreementAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-answered_at"]
        indexes = [models.Index(fields=["person", "agreement"], name="members_answer_lookup")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.agreement_id}"


class Validation(models.Model):
    """One yearly re-validation: the person answers, their organisation confirms, Desk moves the date on."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="validations")
    due_at = models.DateTimeField(_("validated until, before"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    same_employer = models.BooleanField(_("still at this employer"), null=True)
    same_sponsor = models.BooleanField(_("still with this sponsor"), null=True)
    changes = models.BinaryField(_("what changed, sealed to Desk"), blank=True, default=b"")
    confirmed_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    is_confirmed = models.BooleanField(_("the organisation confirms"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["person", "due_at"], name="members_validation_once")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.due_at}"


class StandingChange(models.Model):
    """Each change of a stored standing: to what, why, by whom (nobody: the portal's own rules)."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="standing_changes")
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices)
    reason = models.CharField(_("reason"), max_length=13, choices=EndReason.choices, blank=True)
    words = models.CharField(_("in words, which the person sees"), max_length=300, blank=True)
    by: Any = models.ForeignKey("members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.standing}"


class RoleChange(models.Model):
    """That a staff role was given or taken: by whom, when and why."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="role_changes")
    role = models.CharField(_("role"), max_length=20, choices=StaffRole.choices)
    is_given = models.BooleanField(_("given"))
    reason = models.CharField(_("reason"), max_length=300)
    by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.role} of {self.person_id}"


class Clearance(models.Model):
    """The law-enforcement clearance: granted by a supervisor on evidence, ends with the yearly validation."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="clearance_grants")
    agency = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(_("evidence seen"), max_length=300)
    granted_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(_("granted"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"))
    ended_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-granted_at"]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.ends_at}"


class DepartureQuerySet(models.QuerySet["Departure"]):
    """Reports that somebody has left."""

    def unhandled(self, *, at: datetime | None = None) -> Self:
        """Those made by the moment `at` (now, if not given) from which Desk had not drawn the consequence by then."""
        moment = at or timezone.now()
        still = models.Q(handled_at=None) | models.Q(handled_at__gt=moment)
        return self.filter(still, reported_at__lte=moment).entitled()

    def entitled(self) -> Self:
        """Those that count. Front writes the rows and is not believed.

        Who reported it was point of contact of that open organisation when they did; who is said to have left is
        somebody else who belonged to it, and not of staff.
        """
        of_it = Affiliation.objects.filter(organisation=models.OuterRef("organisation"), organisation__closed_at=None)
        there = of_it.filter(models.Q(ended_at=None) | models.Q(ended_at__gte=models.OuterRef("reported_at")))
        contact = there.filter(person=models.OuterRef("reported_by"), is_point_of_contact=True)
        return self.filter(
            models.Exists(contact),
            models.Exists(there.filter(person=models.OuterRef("person"))),
            person__is_superuser=False,
            person__groups=None,
        ).exclude(person=models.F("reported_by"))


class Departure(models.Model):
    """A point of contact says that somebody has left. While it is unhandled that person reads nothing (`standing.py`).

    Front can only add the row; `tick` on Desk looks at who reported it, and ends the affiliation.
    """

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="departures")
    organisation = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="+")
    reported_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    objects: ClassVar[Any] = DepartureQuerySet.as_manager()

    class Meta:
        ordering = ["reported_at"]
        indexes = [models.Index(fields=["person"], condition=models.Q(handled_at=None), name="members_departure_open")]

    def __str__(self) -> str:
        return f"{self.person_id} from {self.organisation_id}"


class Reminder(models.Model):
    """That somebody was told of a date, so that nobody is told twice."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    about = models.DateTimeField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "about"], name="members_reminder_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class Bounce(models.Model):
    """That mail to a person came back for good (RFC 3464, a status of class 5)."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="bounces")
    status = models.CharField(_("status"), max_length=20)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.status}"


class SealedProfile(models.Model):
    """A member's telephone, position or supervisor, sealed to Desk. Rows are added; the newest of a field counts."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="sealed_profiles")
    field = models.CharField(max_length=20)
    envelope = models.BinaryField()
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-sealed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.field} of {self.person_id}"


class ReadTally(models.Model):
    """How many marked things a person opened on a day: what is unusual for them is noticed."""

    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    alarmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="members_tally_once")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.day}"


class ExposureReport(models.Model):
    """How much could be read by how many, as it stood on a day; the next report tells what changed since."""

    taken_at = models.DateTimeField(default=timezone.now, db_index=True)
    figures = models.JSONField()

    class Meta:
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return f"exposure on {self.taken_at}"
