"""A well-formed advisory, and ways to make it another one."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

SAMPLES = sorted((Path(__file__).parents[3] / "demo" / "csaf").glob("*.json"))

Values = dict[str, Any]

_ADVISORY: Values = {
    "document": {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "distribution": {"text": "Disclosure is not limited", "tlp": {"label": "WHITE"}},
        "lang": "en-US",
        "notes": [
            {"category": "summary", "title": "Risk evaluation", "text": "An attacker could stop the pump."},
            {"category": "other", "title": "Critical infrastructure sectors", "text": "Energy, Water"},
            {"category": "other", "title": "Countries/areas deployed", "text": "Worldwide"},
        ],
        "publisher": {"category": "coordinator", "name": "CISA", "namespace": "https://www.cisa.gov/"},
        "references": [
            {"category": "self", "summary": "JSON", "url": "https://raw.example.org/icsa-24-001-01.json"},
            {"category": "self", "summary": "Web", "url": "https://www.cisa.gov/news-events/icsa-24-001-01"},
        ],
        "title": "Example Pump Controller",
        "tracking": {
            "id": "ICSA-24-001-01",
            "version": "2",
            "status": "final",
            "initial_release_date": "2024-01-01T07:00:00.000000Z",
            "current_release_date": "2024-02-01T07:00:00.000000Z",
            "revision_history": [
                {"date": "2024-01-01T07:00:00Z", "number": "1", "summary": "Initial", "legacy_version": "Initial"},
                {"date": "2024-02-01T07:00:00Z", "number": "2", "summary": "Update A"},
            ],
        },
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "Example",
                "branches": [
                    {
                        "category": "product_name",
                        "name": "Pump",
                        "branches": [
                            {
                                "category": "product_version_range",
                                "name": "vers:all/>=1.0|<2.0",
                                "product": {"name": "Example Pump >=1.0|<2.0", "product_id": "P-1"},
                            },
                            {
                                "category": "product_version",
                                "name": "2.0",
                                "product": {"name": "Example Pump 2.0", "product_id": "P-2"},
                            },
                        ],
                    }
                ],
            }
        ]
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2024-0001",
            "cwe": {"id": "CWE-121", "name": "Stack-based Buffer Overflow"},
            "notes": [{"category": "summary", "title": "Summary", "text": "A long name overflows."}],
            "product_status": {"known_affected": ["P-1"], "fixed": ["P-2"]},
            "references": [{"summary": "NVD", "url": "http://nvd.example.org/CVE-2024-0001"}],
            "remediations": [
                {"category": "vendor_fix", "details": "Update to 2.0.", "product_ids": ["P-1"], "url": "https://example.org/2"}
            ],
            "scores": [
                {
                    "products": ["P-1"],
                    "cvss_v3": {
                        "version": "3.1",
                        "baseScore": 9.8,
                        "baseSeverity": "LOW",
                        "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                    },
                }
            ],
        }
    ],
}  # fmt: skip


def advisory(change: Callable[[Values], object] = lambda values: None) -> Values:
    values = deepcopy(_ADVISORY)
    change(values)
    return values


def encoded(change: Callable[[Values], object] = lambda values: None) -> bytes:
    return json.dumps(advisory(change)).encode()


def put(path: str, value: Any) -> Callable[[Values], None]:
    """Set the field at a dotted path; numbers are places in a list."""

    def change(values: Values) -> None:
        holder, last = _walk(values, path)
        holder[last] = value

    return change


def drop(path: str) -> Callable[[Values], None]:
    def change(values: Values) -> None:
        holder, last = _walk(values, path)
        del holder[last]

    return change


def _walk(values: Values, path: str) -> tuple[Any, int | str]:
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    holder: Any = values
    for step in steps:
        holder = holder[step]
    return holder, last
