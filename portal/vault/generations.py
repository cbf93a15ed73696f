"""How often orphans were swept, counted in the vault and beside the content: a database that was restored lags behind.

A sweep deletes what nothing names. After a restore of one of the two, keys may be named by content that is not back
yet; so nothing is swept while the numbers differ.
"""

from __future__ import annotations

from portal.vault.models import Generation

ONLY = 1


def number() -> int:
    """The vault's number; 0 before the first sweep."""
    found: int | None = Generation.objects.filter(pk=ONLY).values_list("number", flat=True).first()
    return found or 0


def move(*, before: int, after: int) -> bool:
    """Set the number, if it is still what it was before; False if somebody else moved it meanwhile."""
    if not before:
        Generation.objects.bulk_create([Generation(pk=ONLY)], ignore_conflicts=True)
    return bool(Generation.objects.filter(pk=ONLY, number=before).update(number=after))
