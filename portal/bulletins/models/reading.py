"""What readers do: open, ask to share wider, say whether it was useful."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class Reading(models.Model):
    """That a person opened a version of a bulletin, and when they first did. Rows are only ever added."""

    page = models.ForeignKey("bulletins.BulletinPage", on_delete=models.CASCADE, related_name="readings")
    revision_id = models.PositiveBigIntegerField()
    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(_("first opened"), auto_now_add=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [models.UniqueConstraint(fields=["page", "revision_id", "person"], name="bulletins_reading_once")]

    def __str__(self) -> str:
        return f"{self.person_id} opened {self.page_id}"


class FeedMemory(models.Model):
    """What a feed token carried when it was last used: pages above TLP:CLEAR with their versions, as `12:345`.

    By it the trail has each of them once, whenever its person came to be among its readers.
    """

    token = models.OneToOneField("members.FeedToken", on_delete=models.CASCADE, related_name="memory")
    carried = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"what token {self.token_id} carried"


class ShareRequestQuerySet(models.QuerySet["ShareRequest"]):
    def open(self) -> Self:
        return self.filter(answered_at=None)

    def about(self, *kinds: type[Page]) -> Self:
        """Those about a page of one of these types."""
        about = models.Q(pk__in=[])
        for kind in kinds:
            about |= models.Q(page__in=kind._default_manager.values("pk"))
        return self.filter(about)


class ShareRequest(models.Model):
    """A reader asks the originator whether a bulletin or guidance may go further than its label says."""

    page: Any = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="share_requests")
    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    with_whom = models.CharField(_("With whom would you share it?"), max_length=300)
    reason = models.TextField(_("Why do they need it?"), max_length=1000)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answered_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)

    objects = ShareRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.person_id} asks about {self.page_id}"

    @staticmethod
    def know_their_pages(questions: Iterable[ShareRequest]) -> None:
        """Give each question its bulletin or guidance as what it is, in one query a type of page."""
        found: Any = Page.objects.filter(pk__in={question.page_id for question in questions})
        pages = {page.pk: page for page in found.defer_streamfields().specific()}
        for question in questions:
            question.page = pages[question.page_id]


class Feedback(models.Model):
    """Whether a bulletin was useful to somebody. `reader` stands for them (portal/bulletins/pulse.py): no name does.

    `person` is of answers from before there were marks, and empty by now. `given_at` is the beginning of the day.
    """

    page = models.ForeignKey("bulletins.BulletinPage", on_delete=models.CASCADE, related_name="feedback")
    person: Any = models.ForeignKey("members.Person", null=True, on_delete=models.CASCADE, related_name="+")
    reader = models.CharField(_("mark of the reader"), max_length=43, default="", db_default="")
    was_useful = models.BooleanField(_("useful"))
    given_at = models.DateTimeField(_("given"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "person"], name="bulletins_feedback_once"),
            models.UniqueConstraint(
                fields=["page", "reader"], condition=~models.Q(reader=""), name="bulletins_feedback_mark"
            ),
        ]

    def __str__(self) -> str:
        return f"an answer on {self.page_id}"


class PulseCount(models.Model):
    """What members said of a bulletin whose question has closed: two numbers, and nobody's answer."""

    page = models.OneToOneField("bulletins.BulletinPage", on_delete=models.CASCADE, related_name="pulse")
    useful = models.PositiveIntegerField(_("useful"), default=0)
    not_useful = models.PositiveIntegerField(_("not useful"), default=0)
    closed_at = models.DateTimeField(_("closed"))

    def __str__(self) -> str:
        return f"{self.useful} and {self.not_useful} on {self.page_id}"


class FormerReader(models.Model):
    """Somebody who could read a bulletin at the moment of its recall: to them its address tells of the recall."""

    page = models.ForeignKey("bulletins.BulletinPage", on_delete=models.CASCADE, related_name="former_readers")
    person: Any = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "person"], name="bulletins_former_reader_once")]

    def __str__(self) -> str:
        return f"{self.person_id} could read {self.page_id}"
