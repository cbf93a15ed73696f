"""What a document is evidence of: a standard of an accreditation, an annex of the plan."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceTag(models.Model):
    """One requirement that documents of the library answer, so that the state's accreditation file can be drawn."""

    scheme = models.CharField(
        _("scheme"), max_length=80, help_text=_("The accreditation standard or the plan, with its year.")
    )
    code = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("what it asks for"), max_length=200, blank=True)

    class Meta:
        ordering = ["scheme", "code"]
        verbose_name = _("evidence tag")
        verbose_name_plural = _("evidence tags")
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="library_evidence_once")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.code}"
