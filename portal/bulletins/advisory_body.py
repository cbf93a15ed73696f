"""The body of a bulletin, written from an advisory: what to do first, then the details."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from portal.bulletins.csaf import Advisory
from portal.bulletins.csaf.documents import Product, Remediation, Vulnerability
from portal.core.sanitise import text_to_html

MOST_NAMED = 4  # products named in one recommended action

STATUS_WORDS = {
    "affected": "Affected",
    "fixed": "Fixed",
    "not_affected": "Not affected",
    "under_investigation": "Under investigation",
    "unknown": "",
}


def body_of(advisory: Advisory) -> str:
    """The StreamField's JSON. All text from the file passes `text_to_html`."""
    blocks = [
        _block("text", text_to_html(advisory.risk_evaluation) if advisory.risk_evaluation else ""),
        _block("recommended_actions", _actions(advisory)),
        _block("affected_products", [_product(product, advisory) for product in advisory.products]),
        _block("vulnerabilities", [_vulnerability(one) for one in advisory.vulnerabilities]),
        _block("text", _practices(advisory)),
        *[_block("text", _note(note.title, note.text)) for note in advisory.notes],
        _block("references", _references(advisory)),
    ]
    return json.dumps([block for block in blocks if block["value"]])


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def _note(title: str, text: str) -> str:
    heading = f"<h3>{text_to_html(title).removeprefix('<p>').removesuffix('</p>')}</h3>" if title else ""
    return heading + str(text_to_html(text))


def _actions(advisory: Advisory) -> list[str]:
    """What the publisher says to do about these products; its general advice only where there is nothing else."""
    fixes = [_action(remediation) for remediation in advisory.remediations]
    return fixes or [str(text_to_html(practice)) for practice in advisory.recommended_practices]


def _practices(advisory: Advisory) -> str:
    """The general advice that stands under every advisory, after what is particular to this one."""
    if not advisory.remediations or not advisory.recommended_practices:
        return ""
    heading = str(_("General recommendations"))
    return f"<h3>{heading}</h3>" + "".join(str(text_to_html(practice)) for practice in advisory.recommended_practices)


def _action(remediation: Remediation) -> str:
    """The action first, then a link, then which products it is for; the table below lists them all."""
    lines = [remediation.details]
    if remediation.url and remediation.url not in remediation.details:
        lines.append(remediation.url)
    if names := ", ".join(remediation.product_names[:MOST_NAMED]):
        more = ", …" if len(remediation.product_names) > MOST_NAMED else ""
        lines.append(_("For: %(names)s") % {"names": names + more})
    return str(text_to_html("\n\n".join(lines)))


def _product(product: Product, advisory: Advisory) -> dict[str, str]:
    return {
        "vendor": product.vendor[:200],
        "product": (product.product or product.name)[:400],
        "versions": product.versions[:400],
        "status": STATUS_WORDS[advisory.status_of(product.product_id)],
    }


def _vulnerability(one: Vulnerability) -> dict[str, str]:
    score, weakness = one.highest_score, one.weakness
    return {
        "cve": one.cve,
        "title": one.title[:400],
        "cwe": f"{weakness.cwe_id} {weakness.name}"[:300] if weakness else "",
        "description": str(text_to_html(one.description)) if one.description else "",
        "score": str(score.base) if score else "",
        "version": score.version if score else "",
        "vector": score.vector[:300] if score else "",
    }


def _references(advisory: Advisory) -> list[dict[str, str]]:
    return [
        {"title": (reference.summary or reference.url)[:300], "url": reference.url}
        for reference in advisory.references
        if reference.url.startswith(("http://", "https://"))
    ]
