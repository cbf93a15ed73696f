"""What carries a marking, and the tokens derived from it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.models import Page, PageManager

from portal.access.enums import Caveat, Label, Reach
from portal.access.querysets import MarkedPageQuerySet, MarkedQuerySet
from portal.access.rule import Audience, Marking


class Token(models.Model):
    """One token of one published thing: what lists, counts and the index read.

    Derived from the thing's own marking by `derivation.derive`, never written by hand.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    token = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id", "token"], name="access_token_once")]
        indexes = [models.Index(fields=["token", "content_type", "object_id"], name="access_token_lookup")]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id} {self.token}"


class Marked(models.Model):
    """A thing with a TLP label, caveats and a window of time. Subclasses add the audience."""

    tlp = models.CharField(_("TLP label"), max_length=16, choices=Label.choices, default=Label.AMBER)
    reach = models.CharField(
        _("reach of TLP:GREEN"),
        max_length=8,
        choices=Reach.choices,
        default=Reach.NAMED,
        help_text=_("Only TLP:GREEN asks this."),
    )
    law_enforcement_sensitive = models.BooleanField(
        Caveat.LAW_ENFORCEMENT_SENSITIVE.label,
        default=False,
        help_text=_("Only people with the law-enforcement clearance can read it."),
    )
    for_official_use_only = models.BooleanField(
        Caveat.FOR_OFFICIAL_USE_ONLY.label, default=False, help_text=_("Older wording: shown, not enforced.")
    )
    visible_from = models.DateTimeField(_("visible from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    recalled_at = models.DateTimeField(_("recalled"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    MARKING_FIELDS = [
        "tlp",
        "reach",
        "law_enforcement_sensitive",
        "for_official_use_only",
        "visible_from",
        "expires_at",
        "audience_communities",
        "audience_organisations",
        "audience_people",
    ]

    @property
    def label(self) -> Label:
        return Label(self.tlp)

    @property
    def caveat_set(self) -> frozenset[Caveat]:
        flags = {
            Caveat.LAW_ENFORCEMENT_SENSITIVE: self.law_enforcement_sensitive,
            Caveat.FOR_OFFICIAL_USE_ONLY: self.for_official_use_only,
        }
        return frozenset(caveat for caveat, is_set in flags.items() if is_set)

    @property
    def caveats(self) -> list[str]:
        """The caveats in words, in a fixed order."""
        return [str(caveat.label) for caveat in Caveat if caveat in self.caveat_set]

    @property
    def is_public_version(self) -> bool:
        return True

    def audience(self) -> Audience:
        """Those named in the three audience relations, as they stand on this object."""
        return Audience(
            frozenset(row.pk for row in self.audience_communities.all()),  # type: ignore[attr-defined]  # in subclasses
            frozenset(row.pk for row in self.audience_organisations.all()),  # type: ignore[attr-defined]  # in subclasses
            frozenset(row.pk for row in self.audience_people.all()),  # type: ignore[attr-defined]  # in subclasses
        )

    def marking(self) -> Marking:
        return Marking(
            label=self.label,
            reach=Reach(self.reach),
            audience=self.audience(),
            caveats=self.caveat_set,
            visible_from=self.visible_from,
            expires_at=self.expires_at,
            recalled_at=self.recalled_at,
            is_published=self.is_public_version,
        )

    def clean(self) -> None:
        """Refuse what could never be sound; the audience is checked by the form, which knows the relations."""
        super().clean()
        if self.tlp == Label.CLEAR and self.law_enforcement_sensitive:
            raise ValidationError(
                {"law_enforcement_sensitive": _("TLP:CLEAR is for everyone and cannot be restricted.")}
            )
        if self.visible_from and self.expires_at and self.expires_at <= self.visible_from:
            raise ValidationError({"expires_at": _("It would expire before anyone could read it.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, then derive its tokens from what is now stored."""
        from portal.access.derivation import derive

        with transaction.atomic():
            super().save(*args, **kwargs)
            derive(type(self), self.pk)


class MarkedModel(Marked):
    """A marked thing that is not a page. Its audience is stored at once."""

    audience_communities = models.ManyToManyField(
        "members.Community", verbose_name=_("communities"), blank=True, related_name="+"
    )
    audience_organisations = models.ManyToManyField(
        "members.Organisation", verbose_name=_("organisations"), blank=True, related_name="+"
    )
    audience_people = models.ManyToManyField("members.Person", verbose_name=_("people"), blank=True, related_name="+")

    objects: ClassVar[Any] = MarkedQuerySet.as_manager()

    class Meta:
        abstract = True


class MarkedPage(Marked, Page):
    """A marked page. Its audience is part of each revision, so that changing it is reviewed and published like text.

    Wagtail's own page privacy is switched off: it is neither reviewed nor indexed (access.E002).
    """

    audience_communities = ParentalManyToManyField(
        "members.Community", verbose_name=_("communities"), blank=True, related_name="+"
    )
    audience_organisations = ParentalManyToManyField(
        "members.Organisation", verbose_name=_("organisations"), blank=True, related_name="+"
    )
    audience_people = ParentalManyToManyField("members.Person", verbose_name=_("people"), blank=True, related_name="+")

    objects: ClassVar[Any] = PageManager.from_queryset(MarkedPageQuerySet)()

    private_page_options: list[str] = []

    class Meta:
        abstract = True

    @property
    def is_public_version(self) -> bool:
        return bool(self.live)

    def get_view_restrictions(self) -> list[Any]:
        """Wagtail's page privacy has no say here, and need not be asked for."""
        return []
