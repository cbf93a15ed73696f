"""What a suspicious-activity report can be about: the sixteen behaviours, and the kinds of target.

Codes and groups are NIEM 6.0's (pmise_sar, CC BY 4.0) and those of ISE-FS-200; the plain words are this project's own
(data/niem_sar.json).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "niem_sar.json"
POTENTIAL = "potential"


@dataclass(frozen=True)
class Behaviour:
    """One behaviour. A *potential* one is often lawful in itself: without facts that make it unusual it is nothing."""

    code: str
    label: str
    help: str
    niem_label: str
    is_potential: bool


@lru_cache(maxsize=1)
def behaviours() -> dict[str, Behaviour]:
    """All sixteen by their NIEM code, the seven defined ones first."""
    return {
        row["code"]: Behaviour(
            row["code"], row["plain_label"], row["help"], row["niem_label"], row["group"] == POTENTIAL
        )
        for row in _data()["behaviours"]
    }


@lru_cache(maxsize=1)
def targets() -> dict[str, str]:
    """Kinds of target by their NIEM code."""
    return {row["code"]: row["label"] for row in _data()["target_sectors"]}


def behaviour_choices() -> list[tuple[str, str]]:
    return [(found.code, found.label) for found in behaviours().values()]


def target_choices() -> list[tuple[str, str]]:
    return sorted(targets().items(), key=lambda row: row[1])


@lru_cache(maxsize=1)
def _data() -> dict[str, list[dict[str, str]]]:
    loaded: dict[str, list[dict[str, str]]] = json.loads(DATA.read_text(encoding="utf-8"))
    return loaded
