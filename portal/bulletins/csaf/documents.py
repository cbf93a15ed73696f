"""What an advisory says, free of the shape it came in. Nothing here knows JSON, files or the database.

All text is plain text: it was cleaned of what cannot be seen, and is to be escaped (or passed through `text_to_html`)
before it is shown. All links are http, https or mailto.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

from portal.vocabulary.wordings import SectorReading

Severity = Literal["none", "low", "medium", "high", "critical"]
CvssVersion = Literal["2.0", "3.0", "3.1", "4.0"]
AffectedStatus = Literal["affected", "under_investigation", "fixed", "not_affected", "unknown"]

# FIRST's qualitative scale (CVSS 3.1 section 5, CVSS 4.0 section 6): the lowest score of each word. Version 2 has no
# scale of its own; the words of the National Vulnerability Database are in general use for it.
_SCALE: Final[tuple[tuple[Decimal, Severity], ...]] = (
    (Decimal("9.0"), "critical"),
    (Decimal("7.0"), "high"),
    (Decimal("4.0"), "medium"),
    (Decimal("0.1"), "low"),
    (Decimal("0.0"), "none"),
)
_SCALE_OF_VERSION_2: Final[tuple[tuple[Decimal, Severity], ...]] = (
    (Decimal("7.0"), "high"),
    (Decimal("4.0"), "medium"),
    (Decimal("0.0"), "low"),
)


@dataclass(frozen=True, slots=True)
class Score:
    version: CvssVersion
    base: Decimal
    vector: str
    product_ids: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """The word for the score. Computed, since files at times give one that does not fit."""
        return severity_of(self.base, self.version)


@dataclass(frozen=True, slots=True)
class Reference:
    summary: str
    url: str
    category: str = "external"


@dataclass(frozen=True, slots=True)
class Note:
    category: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Revision:
    number: str
    date: datetime
    summary: str
    # The publisher's own name for it, as 'Update A'.
    legacy_version: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    product_id: str
    # The full name, as the advisory gives it.
    name: str
    vendor: str = ""
    product: str = ""
    # In words that a person reads: 'before V9.40' rather than 'vers:all/<V9.40'.
    versions: str = ""


@dataclass(frozen=True, slots=True)
class Remediation:
    category: str
    details: str
    url: str = ""
    date: datetime | None = None
    product_ids: tuple[str, ...] = ()
    product_names: tuple[str, ...] = ()
    cves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weakness:
    cwe_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Vulnerability:
    # Empty where none was assigned.
    cve: str = ""
    title: str = ""
    weakness: Weakness | None = None
    description: str = ""
    scores: tuple[Score, ...] = ()
    affected: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    not_affected: tuple[str, ...] = ()
    under_investigation: tuple[str, ...] = ()
    remediations: tuple[Remediation, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def highest_score(self) -> Score | None:
        """The highest score of the newest CVSS version that it was scored in."""
        return max(self.scores, key=lambda score: (score.version, score.base), default=None)


@dataclass(frozen=True)
class Advisory:
    """One revision of one advisory."""

    tracking_id: str
    version: str
    status: Literal["final", "interim"]
    category: str
    title: str
    summary: str
    language: str
    initial_release: datetime
    current_release: datetime
    publisher: str
    publisher_namespace: str
    # The page on the publisher's own site; empty if it names none.
    source_url: str
    # SHA-256 over the whole file in canonical form, also over what is not used here.
    content_hash: str
    sectors: SectorReading
    sector_text: str = ""
    risk_evaluation: str = ""
    countries: str = ""
    headquarters: str = ""
    exploitability: str = ""
    notes: tuple[Note, ...] = ()
    recommended_practices: tuple[str, ...] = ()
    acknowledgements: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    revisions: tuple[Revision, ...] = ()
    products: tuple[Product, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    # Each once, with all products and CVEs that it is given for.
    remediations: tuple[Remediation, ...] = ()
    # What a person should know about how the file was read, one sentence each.
    remarks: tuple[str, ...] = field(default=(), compare=False)

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.tracking_id.lower()).strip("-")

    @property
    def cves(self) -> tuple[str, ...]:
        """Each CVE once, in the order of the file."""
        return tuple(dict.fromkeys(vulnerability.cve for vulnerability in self.vulnerabilities if vulnerability.cve))

    @property
    def highest_score(self) -> Score | None:
        """The highest of the scores that its vulnerabilities show: see `Vulnerability.highest_score`.

        A 9.8 in version 3.1 is not hidden by another vulnerability's 5.0 in version 4.0.
        """
        shown = (vulnerability.highest_score for vulnerability in self.vulnerabilities)
        return max((score for score in shown if score), key=lambda score: (score.base, score.version), default=None)

    @property
    def severity(self) -> Severity | None:
        return self.highest_score.severity if self.highest_score else None

    def is_newer_than(self, other: "Advisory") -> bool:
        """Whether this is a later revision of the same advisory: by version, then by date of release."""
        mine, theirs = version_key(self.version), version_key(other.version)
        return (mine, self.current_release) > (theirs, other.current_release)

    def status_of(self, product_id: str) -> AffectedStatus:
        """How the product stands over all vulnerabilities; one that affects it outweighs all that do not."""
        return self._statuses.get(product_id, "unknown")

    @cached_property
    def _statuses(self) -> dict[str, AffectedStatus]:
        statuses: dict[str, AffectedStatus] = {}
        for status, product_ids in self._stated():
            for product_id in product_ids:
                statuses.setdefault(product_id, status)
        return statuses

    def _stated(self) -> Iterable[tuple[AffectedStatus, tuple[str, ...]]]:
        """What the vulnerabilities say, the gravest first."""
        yield from (("affected", each.affected) for each in self.vulnerabilities)
        yield from (("under_investigation", each.under_investigation) for each in self.vulnerabilities)
        yield from (("fixed", each.fixed) for each in self.vulnerabilities)
        yield from (("not_affected", each.not_affected) for each in self.vulnerabilities)


def severity_of(base: Decimal, version: CvssVersion) -> Severity:
    """The word that the scale of this CVSS version gives to a base score from 0.0 to 10.0."""
    scale = _SCALE_OF_VERSION_2 if version == "2.0" else _SCALE
    return next(word for lowest, word in scale if base >= lowest)


VersionKey = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]


def version_key(version: str) -> VersionKey:
    """Order versions as CSAF does: whole numbers, or semantic versions (section 3.1.11; semver.org, rule 11).

    A publisher may go over from one to the other: '2' stands where '2.0.0' does. Build metadata ('+...') has no rank.
    """
    release, _, before = version.partition("+")[0].partition("-")
    major, minor, patch = ([int(part) for part in release.split(".")] + [0, 0])[:3]
    identifiers = tuple(
        (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in before.split(".") if part
    )
    return major, minor, patch, not before, identifiers
