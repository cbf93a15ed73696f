"""Which well-formed advisories are taken: public ones, released, of a known kind, from a known publisher."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from portal.bulletins.csaf import schema
from portal.bulletins.csaf.errors import (
    ControlCharacters,
    MarkupInTitle,
    NotCsaf,
    NotLabelled,
    NotReleased,
    OtherCategory,
    OtherPublisher,
    OtherVersion,
    Restricted,
)
from portal.core.sanitise import contains_markup

CISA: Final = frozenset({"https://www.cisa.gov/"})

CATEGORIES: Final = frozenset(
    {"csaf_security_advisory", "csaf_vex", "csaf_security_incident_response", "csaf_informational_advisory"}
)
STATUSES: Final = frozenset({"final", "interim"})
# CSAF 2.0 is older than TLP 2.0 and says WHITE; CLEAR is what it is called now.
PUBLIC_LABELS: Final = frozenset({"WHITE", "CLEAR"})

# A label in the words beside the label: 'TLP:WHITE' above 'TLP:AMBER, members only' is a mistake of someone's.
_OTHER_LABEL: Final = re.compile(r"\bTLP\s*:\s*(RED|AMBER(?:\+STRICT)?|GREEN)\b", re.IGNORECASE)
# Characters that turn the direction of reading, and the second block of control characters: harmless in a text that is
# cleaned before it is shown, but no honest title has them.
_DECEPTIVE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def require_csaf_2_0(values: Mapping[str, Any], *, name: str) -> None:
    """Asked before the schema: version 2.1 has another one, and its first wrong field would say nothing."""
    document = values.get("document")
    if not isinstance(document, dict):
        raise NotCsaf(name, where="document")
    version = document.get("csaf_version")
    if not isinstance(version, str):
        raise NotCsaf(name, where="document.csaf_version")
    if version != "2.0":
        raise OtherVersion(name, version=version)


def require_acceptable(csaf: schema.Csaf, *, name: str, publishers: Collection[str]) -> None:
    document = csaf.document
    _require_public(document.distribution, name=name)
    if _address(document.publisher.namespace) not in {_address(each) for each in publishers}:
        raise OtherPublisher(name, namespace=document.publisher.namespace)
    if document.category not in CATEGORIES:
        raise OtherCategory(name, category=document.category)
    if document.tracking.status not in STATUSES:
        raise NotReleased(name, status=document.tracking.status)
    for where, title in _titles(csaf):
        if _DECEPTIVE.search(title):
            raise ControlCharacters(name, where=where)
        if contains_markup(title):
            raise MarkupInTitle(name, where=where)


def _require_public(distribution: schema.Distribution | None, *, name: str) -> None:
    if distribution is None or distribution.tlp is None:
        raise NotLabelled(name)
    if distribution.tlp.label not in PUBLIC_LABELS:
        raise Restricted(name, label=f"TLP:{distribution.tlp.label}")
    if contradiction := _OTHER_LABEL.search(distribution.text):
        raise Restricted(name, label=contradiction.group())


def _address(namespace: str) -> str:
    return namespace.strip().rstrip("/").lower()


def _titles(csaf: schema.Csaf) -> Iterator[tuple[str, str]]:
    yield "document.title", csaf.document.title
    for index, note in enumerate(csaf.document.notes):
        yield f"document.notes[{index}].title", note.title
    for index, vulnerability in enumerate(csaf.vulnerabilities):
        yield f"vulnerabilities[{index}].title", vulnerability.title
    waiting = list(csaf.product_tree.branches)
    while waiting:
        branch = waiting.pop()
        yield "the name of a product", branch.name
        yield "the name of a product", branch.product.name if branch.product else ""
        waiting += branch.branches
    for product in csaf.product_tree.full_product_names:
        yield "the name of a product", product.name
    for relationship in csaf.product_tree.relationships:
        yield "the name of a product", relationship.full_product_name.name
