"""From the schema's shape to the portal's: what was accepted is cleaned, ordered and put in words."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, cast

from portal.bulletins.csaf import documents, products, schema
from portal.bulletins.csaf.errors import quoted
from portal.bulletins.csaf.links import Links, page_of
from portal.core.sanitise import clean_line, clean_text, plain_text
from portal.vocabulary.wordings import SectorReading, read_sectors

LONGEST_SUMMARY: Final = 600

# How CISA titles its notes, through the years and in any case.
_SECTORS: Final = "critical infrastructure sector"
_COUNTRIES: Final = ("countries/areas deployed", "countries and areas deployed", "countries deployed")
_HEADQUARTERS: Final = "company headquarters location"
_RISK: Final = "risk evaluation"
_PRACTICES: Final = "recommended practices"
_EXPLOITABILITY: Final = "exploitability"
# Which note says best what it is about.
_SUMMARY_TITLES: Final = ("summary", "advisory summary", "overview", "executive summary", _RISK, "description")
_SUMMARY_CATEGORIES: Final = ("summary", "description", "general")

Notes = tuple[documents.Note, ...]


class Builder:
    """Builds one advisory."""

    def __init__(self, csaf: schema.Csaf, *, name: str) -> None:
        self.csaf = csaf
        self.name = name
        self.links = Links(name)
        self.products = products.flatten(csaf.product_tree, name=name)
        self.names = {product.product_id: product.name for product in self.products}
        self.undefined: dict[str, None] = {}

    def build(self, content_hash: str) -> documents.Advisory:
        document, tracking = self.csaf.document, self.csaf.document.tracking
        notes = _notes(document.notes)
        references = self.links.references(document.references, where="document.references[]")
        vulnerabilities = tuple(self._vulnerability(each) for each in self.csaf.vulnerabilities)
        sector_text = "; ".join(note.text for note in notes if _title(note).startswith(_SECTORS))
        sectors = read_sectors(sector_text)
        return documents.Advisory(
            tracking_id=tracking.id,
            version=tracking.version,
            status=cast(Literal["final", "interim"], tracking.status),
            category=document.category,
            title=clean_line(document.title),
            summary=_summary(notes, document.title),
            language=clean_line(document.lang),
            initial_release=tracking.initial_release_date,
            current_release=tracking.current_release_date,
            publisher=clean_line(document.publisher.name),
            publisher_namespace=document.publisher.namespace,
            source_url=page_of(references, tracking_id=tracking.id, namespace=document.publisher.namespace),
            content_hash=content_hash,
            sectors=sectors,
            sector_text=sector_text,
            risk_evaluation=_text_titled(notes, _RISK),
            countries=_text_titled(notes, *_COUNTRIES),
            headquarters=_text_titled(notes, _HEADQUARTERS),
            exploitability=_text_titled(notes, _EXPLOITABILITY),
            notes=tuple(note for note in notes if _is_background(note)),
            recommended_practices=tuple(dict.fromkeys(note.text for note in notes if _title(note) == _PRACTICES)),
            acknowledgements=tuple(filter(None, map(_thanks, document.acknowledgments))),
            references=references,
            revisions=_revisions(tracking.revision_history),
            products=self.products,
            vulnerabilities=vulnerabilities,
            remediations=_merged(each for found in vulnerabilities for each in found.remediations),
            remarks=tuple(self._remarks(sectors)),
        )

    def _vulnerability(self, given: schema.Vulnerability) -> documents.Vulnerability:
        status = given.product_status
        return documents.Vulnerability(
            cve=given.cve or "",
            title=clean_line(given.title),
            weakness=documents.Weakness(given.cwe.id, clean_line(given.cwe.name)) if given.cwe else None,
            description=_description(_notes(given.notes)),
            scores=tuple(score for each in given.scores for score in _scores(each)),
            affected=_once(status.known_affected, status.first_affected, status.last_affected),
            fixed=_once(status.fixed, status.first_fixed),
            not_affected=_once(status.known_not_affected),
            under_investigation=_once(status.under_investigation),
            remediations=tuple(self._remediation(each, given.cve) for each in given.remediations),
            references=self.links.references(given.references, where="vulnerabilities[].references[]"),
        )

    def _remediation(self, given: schema.Remediation, cve: str | None) -> documents.Remediation:
        product_ids = _once(given.product_ids)
        self.undefined |= dict.fromkeys(each for each in product_ids if each not in self.names)
        return documents.Remediation(
            category=clean_line(given.category),
            details=clean_text(given.details),
            url=self.links.web(given.url, where="vulnerabilities[].remediations[].url"),
            date=given.date,
            product_ids=product_ids,
            product_names=tuple(dict.fromkeys(self.names.get(each, each) for each in product_ids)),
            cves=(cve,) if cve else (),
        )

    def _remarks(self, sectors: SectorReading) -> Iterator[str]:
        for wording in sectors.unknown:
            yield f"The sector wording '{quoted(clean_line(wording))}' is not known."
        for written, name in sectors.corrected:
            yield f"'{quoted(clean_line(written))}' was read as '{name}'."
        for url in self.links.left_out:
            yield f"The link '{url}' was left out: it is not a web address."
        if self.undefined:
            example = quoted(next(iter(self.undefined)))
            yield f"{len(self.undefined)} product ids are used but not defined, as '{example}'."


def content_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 over the values in one canonical form, whatever the order of keys, the spacing or the escapes."""
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), default=_canonical_number)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _canonical_number(number: Decimal) -> str:
    return f"{number.normalize()}"


def _notes(given: Iterable[schema.Note]) -> Notes:
    return tuple(
        documents.Note(clean_line(note.category), clean_line(note.title), clean_text(note.text)) for note in given
    )


def _title(note: documents.Note) -> str:
    return note.title.casefold().strip(" :.")


def _text_titled(notes: Notes, *titles: str) -> str:
    return "\n\n".join(dict.fromkeys(note.text for note in notes if _title(note) in titles))


def _is_background(note: documents.Note) -> bool:
    """Notes that have no field of their own and are not legal small print."""
    own = {*_COUNTRIES, _HEADQUARTERS, _RISK, _PRACTICES, _EXPLOITABILITY}
    return note.category != "legal_disclaimer" and _title(note) not in own and not _title(note).startswith(_SECTORS)


def _summary(notes: Notes, title: str) -> str:
    chosen = (
        *(note.text for wanted in _SUMMARY_TITLES for note in notes if _title(note) == wanted),
        *(note.text for wanted in _SUMMARY_CATEGORIES for note in notes if note.category == wanted),
        title,
    )
    return plain_text(next(text for text in chosen if text), limit=LONGEST_SUMMARY)


def _description(notes: Notes) -> str:
    told = [note.text for note in notes if note.category in {"summary", "description"}]
    # Failing that, anything but a decision vector, which only a program reads.
    told = told or [note.text for note in notes if not _title(note).startswith("ssvc")]
    return "\n\n".join(dict.fromkeys(told))


def _scores(given: schema.Score) -> Iterator[documents.Score]:
    for cvss in (given.cvss_v2, given.cvss_v3, given.cvss_v4):
        if cvss:
            yield documents.Score(cvss.version, cvss.base_score, cvss.vector, _once(given.products))


def _thanks(given: schema.Acknowledgment) -> str:
    people, organisation = clean_line(", ".join(given.names)), clean_line(given.organization)
    who = f"{people} ({organisation})" if people and organisation else people or organisation
    what = clean_line(given.summary)
    return f"{who}: {what}" if who and what else who or what


def _revisions(given: Iterable[schema.Revision]) -> tuple[documents.Revision, ...]:
    """The history, oldest first, whatever order the file has."""
    ordered = sorted(given, key=lambda each: (documents.version_key(each.number), each.date))
    return tuple(
        documents.Revision(each.number, each.date, clean_text(each.summary), clean_line(each.legacy_version))
        for each in ordered
    )


def _merged(given: Iterable[documents.Remediation]) -> tuple[documents.Remediation, ...]:
    """Each remedy once: files repeat the same one under every vulnerability that it is for."""
    groups: dict[tuple[str, str, str], list[documents.Remediation]] = {}
    for each in given:
        groups.setdefault((each.category, each.details, each.url), []).append(each)
    return tuple(
        documents.Remediation(
            *key,
            date=min((each.date for each in group if each.date), default=None),
            product_ids=_once(*(each.product_ids for each in group)),
            product_names=_once(*(each.product_names for each in group)),
            cves=_once(*(each.cves for each in group)),
        )
        for key, group in groups.items()
    )


def _once(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
