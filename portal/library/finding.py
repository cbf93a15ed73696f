"""What of the library is found by search."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.utils.translation import gettext_lazy as _

from portal.library.models import Provision
from search import registry
from search.registry import Projection, Source, Text


def of_provision(provision: Provision) -> Projection:
    told = (
        provision.condition_words,
        provision.standard,
        provision.not_covered,
        *provision.party_words,
        provision.text,
    )
    verified = provision.verified_on
    return Projection(
        kind="provision",
        title=f"{provision.citation}: {provision.title}",
        summary=provision.summary,
        texts=[Text(0, "\n".join(told))],
        identifiers=[provision.citation],
        dated=datetime.combine(verified, time(12), UTC) if verified else None,
    )


registry.register(
    Source(
        model=Provision,
        kinds={"provision": _("Liability provision")},
        project=of_provision,
        address=Provision.get_absolute_url,
    )
)
