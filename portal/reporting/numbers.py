"""Tracking numbers: they cannot be guessed, and nobody can count reports by them."""

from __future__ import annotations

import secrets

# Crockford's base 32: no I, L, O or U, which are read wrongly over the telephone.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, LETTERS_A_GROUP = 3, 4  # 60 random bits
REPORT, PROTECTED, REDRESS = "SAR", "PRO", "RED"
MEANT = str.maketrans("OIL", "011")


def new_number(prefix: str) -> str:
    """A new number such as SAR-7K2M-9QXA-04TV."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(LETTERS_A_GROUP)) for _ in range(GROUPS))
    return "-".join([prefix, *groups])


def read_number(typed: str) -> str:
    """A number as somebody typed it, in the form of `new_number`; what is none comes out as it may."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    prefix, rest = plain[: len(REPORT)], plain[len(REPORT) :].translate(MEANT)
    return "-".join([prefix, *(rest[at : at + LETTERS_A_GROUP] for at in range(0, len(rest), LETTERS_A_GROUP))])
