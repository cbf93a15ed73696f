"""Whether a plate, number, address or drone was in another report. Digests under a key of the desk's; never names.

The key is derived from `PORTAL_DESK_LINK_KEY`, which Front never has. Without it a list of all plates would be tried
in minutes; with it a stolen database tells nothing. docs/reporting-retention.md says how it is changed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count

from portal.reporting.contents import open_or_wait, sections_of, things_of
from portal.reporting.enums import DigestKind, Stage
from portal.reporting.models import Case, SeenDigest
from portal.vault.secret import Secret

LABEL = b"partner-portal seen before"
MOST = 200  # digests of one report, whatever it says
EXTENSION = re.compile(r"\s*(?:ext\.?|x|#)\s*\d+\s*$", re.IGNORECASE)
WITH_COUNTRY = 11  # digits of a telephone number in North America with the leading 1
SHORTEST = {DigestKind.PLATE: 3, DigestKind.PHONE: 7, DigestKind.EMAIL: 5, DigestKind.DRONE: 4}
# In which answer of which thing something stands that can be looked up.
FIELDS = {
    ("vehicle", "plate"): DigestKind.PLATE,
    ("person", "phone"): DigestKind.PHONE,
    ("person", "email"): DigestKind.EMAIL,
    ("drone", "registration"): DigestKind.DRONE,
}


def take_in(case: Case) -> int:
    """Make the digests of a case, and nothing twice; give how many there are. Raises as `open_or_wait` does."""
    rows = [SeenDigest(case=case, kind=kind, digest=digest) for kind, digest in sorted(_digests_of(case))]
    SeenDigest.objects.bulk_create(rows[:MOST], ignore_conflicts=True)
    return len(rows[:MOST])


def make_anew(case: Case) -> int:
    """Replace the digests of a case, after the key was changed. Raises as `open_or_wait` does, and leaves them then."""
    rows = [SeenDigest(case=case, kind=kind, digest=digest) for kind, digest in sorted(_digests_of(case))]
    SeenDigest.objects.filter(case=case).delete()
    SeenDigest.objects.bulk_create(rows[:MOST])
    return len(rows[:MOST])


def kept_cases() -> Any:
    """The cases that have digests, or may have."""
    return Case.objects.exclude(stage=Stage.PURGED).select_related("report").order_by("pk")


def cases_with(kind: str, value: str) -> Any:
    """The cases in which exactly this stood, the newest first; none for what is too short to mean anything."""
    digest = digest_of(kind, value)
    rows = Case.objects.filter(digests__kind=kind, digests__digest=digest) if digest else Case.objects.none()
    return rows.select_related("report", "county", "sector").order_by("-report__submitted_at", "-pk")


def before(case: Case, *, but_of: Any = None) -> list[tuple[str, int]]:
    """For each kind, in how many other cases something of this one stood; two queries, nothing opened.

    Cases that the person `but_of` sent are left out: to who sent a report the desk's side of it is not there.
    """
    own = list(SeenDigest.objects.filter(case=case).values_list("digest", flat=True))
    others = SeenDigest.objects.filter(digest__in=own).exclude(case=case)
    others = others.exclude(case__report__submitter=but_of) if but_of else others
    counts = others.values_list("kind").annotate(cases=Count("case", distinct=True)).order_by("kind")
    return [(str(DigestKind(kind).label), number) for kind, number in counts]


def others_with_same(case: Case) -> Any:
    """The other cases that share something with this one, the newest first."""
    own = SeenDigest.objects.filter(case=case).values("digest")
    rows = Case.objects.filter(digests__digest__in=own).exclude(pk=case.pk).distinct()
    return rows.select_related("report").order_by("-report__submitted_at", "-pk")


def digest_of(kind: str, value: str) -> str:
    """The keyed digest (HMAC-SHA256) of a value in its plain form; '' for what is too short, or none of its kind."""
    plain = PLAIN[DigestKind(kind)](value)
    if len(plain) < SHORTEST[DigestKind(kind)]:
        return ""
    return hmac.new(_key(), f"{DigestKind(kind).value}\0{plain}".encode(), hashlib.sha256).hexdigest()


def _key() -> bytes:
    return Secret(settings.PORTAL_DESK_LINK_KEY.encode()).derive(salt=None, info=LABEL)


def _digests_of(case: Case) -> set[tuple[str, str]]:
    found = ((kind, digest_of(kind, value)) for kind, value in _values_of(case))
    return {(kind.value, digest) for kind, digest in found if digest}


def _values_of(case: Case) -> Iterator[tuple[DigestKind, str]]:
    for thing in things_of(sections_of(case.report, opening=open_or_wait)):
        for (of, name), kind in FIELDS.items():
            if thing.get("kind") == of and thing.get(name):
                yield kind, thing[name]


def _letters_and_digits(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).upper()
    return "".join(sign for sign in folded if sign.isalnum() and sign.isascii())


def _number(value: str) -> str:
    """The digits of a telephone number without country code 1 and without an extension."""
    plain = EXTENSION.sub("", unicodedata.normalize("NFKC", value))
    digits = "".join(sign for sign in plain if sign.isascii() and sign.isdigit())
    return digits[1:] if len(digits) == WITH_COUNTRY and digits.startswith("1") else digits


def _address(value: str) -> str:
    plain = unicodedata.normalize("NFKC", value).strip().casefold()
    name, at, domain = plain.rpartition("@")
    return plain if name and at and domain and not any(sign.isspace() for sign in plain) else ""


PLAIN: dict[DigestKind, Callable[[str], str]] = {
    DigestKind.PLATE: _letters_and_digits,
    DigestKind.PHONE: _number,
    DigestKind.EMAIL: _address,
    DigestKind.DRONE: _letters_and_digits,
}
