"""The words in which audiences and viewers meet.

An item yields tokens, a viewer holds tokens; the item is for the viewer if the two sets meet.
"""

from __future__ import annotations

EVERYONE = "everyone"
MEMBERS = "members"


def community(pk: int) -> str:
    return f"community:{pk}"


def organisation(pk: int) -> str:
    return f"org:{pk}"


def person(pk: int) -> str:
    return f"person:{pk}"
