"""What can be found: one entry for each thing, and its text by page.

An entry is written in the transaction that changes the thing (`indexing`), and is all that an engine ever sees.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.access.enums import Label
from search.enums import Alerts
from search.querysets import EntryQuerySet

LONGEST_PAGE = 200_000  # characters in one row; PostgreSQL's tsvector holds a megabyte


class Page(NamedTuple):
    """A page, or a part of a long one, as plain values."""

    number: int
    part: int
    title: str
    identifiers: str
    summary: str
    text: str


class Parts(NamedTuple):
    """What belongs to an entry, as plain values: of thousands of entries rows would take as long as all else."""

    tokens: list[str]
    words: list[str]
    pages: list[Page]


class Entry(models.Model):
    """One thing that can be found, as it stood when it was last changed.

    `caveats` holds the enforced ones alone, each between bars. `digest` is over everything else: what did not change is
    not written again. `version` only grows, also where an entry was taken out and came back.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    kind = models.CharField(_("kind"), max_length=20, db_index=True)
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True)
    identifiers = models.JSONField(_("identifiers"), default=list, blank=True)
    publisher = models.CharField(_("publisher"), max_length=160, blank=True)
    sectors = models.JSONField(_("sectors"), default=list, blank=True)
    hazards = models.JSONField(_("hazards"), default=list, blank=True)
    dated = models.DateTimeField(_("dated"), null=True, blank=True)
    is_superseded = models.BooleanField(_("superseded"), default=False, db_default=False)
    label = models.CharField(_("label"), max_length=16, choices=Label.choices)
    caveats = models.CharField(_("enforced caveats"), max_length=60, blank=True)
    visible_from = models.DateTimeField(_("visible from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    recalled_at = models.DateTimeField(_("recalled"), null=True, blank=True)
    version = models.PositiveBigIntegerField(_("version"))
    digest = models.CharField(max_length=64)
    entered_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects: ClassVar[Any] = EntryQuerySet.as_manager()

    parts: Parts | None = None  # where they were read together with those of others

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class EntryToken(models.Model):
    """One token of an entry: who may read the thing, in the words of the access rule."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="tokens")
    token = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "token"], name="search_token_once")]
        indexes = [models.Index(fields=["token", "entry"], name="search_token_lookup")]

    def __str__(self) -> str:
        return self.token


class EntryWord(models.Model):
    """A word of an entry's title, summary or identifiers: what completion and 'did you mean' draw from."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "entry"], name="search_word_once")]

    def __str__(self) -> str:
        return self.word


class EntryPage(models.Model):
    """A page of an entry's text, with the entry's own head, so that both are found together.

    `number` counts from 1 as the file does, and is 0 where a thing has no pages. A long page has several parts. The
    full-text index over the four columns is the database's own and follows every change (migration 0002).
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(default=0)
    part = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=300)
    identifiers = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "number", "part"], name="search_page_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.number}"


class Change(models.Model):
    """The newest version of one thing, and whether the index outside has confirmed it (the outbox).

    There is one row for each thing that was ever entered; its key is the version. What is not confirmed is left out of
    every answer of an engine outside, so that a revocation holds at once.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    is_confirmed = models.BooleanField(default=False)
    put_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id"], name="search_change_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_confirmed=False), name="search_change_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id} {self.pk}"


class Synonyms(models.Model):
    """Words and phrases that mean the same; whoever looks for one finds the others."""

    words = models.TextField(
        _("words"), max_length=400, help_text=_("Separated by commas: EOC, emergency operations center")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_used = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["words"]

    def __str__(self) -> str:
        return self.words


class SavedSearch(models.Model):
    """A search that its owner comes back to, and by which they may be told of what is new.

    It is run as its owner at the moment of telling: what they may no longer read is in no mail.
    """

    person = models.ForeignKey("members.Person", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(max_length=1000, help_text=_("The query string of the search."))
    alerts = models.CharField(_("mail"), max_length=8, choices=Alerts.choices, default=Alerts.NONE)
    saved_at = models.DateTimeField(auto_now_add=True)
    told_until = models.DateTimeField(help_text=_("What was entered up to then has been told."))

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="search_saved_once")]

    def __str__(self) -> str:
        return self.name
