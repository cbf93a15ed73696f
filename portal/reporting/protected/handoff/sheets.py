"""The sheets of a package, as plain text in English: they are for CISA, and for who submits.

Which elements a submission has is 6 CFR 29.5(a): it is submitted voluntarily to the PCII Program Manager (1), for a
protected use (2), with the express statement (3), and with a signed statement that identifies who submits, gives the
contacts and certifies that the information is not customarily in the public domain (4).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.reporting.protected.handoff.forms import Described, Otherwise, Standing

# 6 CFR 29.5(a)(3), in the wording since 21 December 2022 (87 FR 77971). Not a letter is to be changed.
EXPRESS = (
    "This information is voluntarily submitted to the federal government in expectation of protection from disclosure "
    "as provided by the provisions of the Critical Infrastructure Information Act of 2002, as amended by the "
    "Cybersecurity and Infrastructure Security Act of 2018"
)
NOT_PCII = (
    "A copy that you give to the state is information that the state obtained on its own. It is not PCII, even if the "
    "same file goes to CISA. If you want federal protection, submit to CISA first, and ask them before you give the "
    "state a copy."
)
WIDTH = 100
Sheet = tuple[str, str]  # name in the package, text


@dataclass(frozen=True)
class HowTo:
    """How CISA takes submissions now, as staff keep it, and when they last compared it with CISA's own page."""

    words: str
    verified_on: date | None


@dataclass(frozen=True)
class Package:
    """What the sheets are made of: what was typed, and the files with their names in the package."""

    said: dict[str, Any] = field(repr=False)
    files: Sequence[tuple[str, Described]] = field(repr=False)
    made_on: date
    how_to: HowTo


def sheets(package: Package) -> list[Sheet]:
    """Every sheet, in the order in which one reads them."""
    return [
        ("0-read-me.txt", _read_me(package)),
        ("1-express-statement.txt", _express(package)),
        ("2-certification.txt", _certification(package)),
        ("3-contacts.txt", _contacts(package)),
        ("4-list-of-files.txt", _files(package)),
    ]


def _read_me(package: Package) -> str:
    verified = package.how_to.verified_on
    checked = (
        f"Verified on {_day(verified)}." if verified else "Not verified by the desk yet: look at CISA's page first."
    )
    return _sheet(
        "WHAT THIS IS",
        "A package for you to file with CISA. The portal sent nothing to CISA and kept nothing of this: neither what "
        "you typed nor your files. Only that a package was made is kept. Only CISA decides whether it becomes "
        "Protected Critical Infrastructure Information (PCII, 6 CFR Part 29).",
        "THE ORDER COUNTS",
        NOT_PCII,
        "HOW TO SUBMIT IT",
        package.how_to.words,
        checked,
        "WHAT TO DO",
        "1. Read the sheets 1 to 4. They hold what 6 CFR 29.5(a) asks for. Correct what is wrong.",
        "2. Submit them with the files to CISA. Put the express statement of sheet 1 on each document.",
        "3. CISA answers with a tracking number. You can keep it in the portal, with this hand-off.",
        "4. If something is missing, CISA tells you; you then have 30 days to mend it (6 CFR 29.6(b)).",
        "5. Keep this package where you keep the files themselves.",
    )


def _express(package: Package) -> str:
    said = package.said
    return _sheet(
        "EXPRESS STATEMENT (6 CFR 29.5(a)(3))",
        f"{EXPRESS}.",
        f"Submitted by: {said['entity']}",
        f"Date: {_day(package.made_on)}",
        "This statement covers the files of sheet 4.",
    )


def _certification(package: Package) -> str:
    said = package.said
    return _sheet(
        "CERTIFICATION (6 CFR 29.5(a)(4))",
        f"Submitting person or entity: {said['entity']}",
        f"Ground: {_label(Standing, said['standing'])}. {said['position']}",
        "I certify that:",
        "- the information is not customarily in the public domain;",
        "- it is submitted voluntarily, and not in place of a duty to report under a law or rule;",
        "- I have the authority to submit it, and know it well enough to certify this.",
        f"Required by a federal agency: {said['required_by'] or 'nothing of it'}",
        f"Signed: {said['signed']}",
        f"Date: {_day(package.made_on)}",
    )


def _contacts(package: Package) -> str:
    said = package.said
    second = [said["second_name"], said["second_email"], said["second_telephone"]]
    return _sheet(
        "CONTACTS",
        "First contact",
        "\n".join([said["name"], said["email"], said["telephone"], said["address"]]),
        "Second contact",
        "\n".join(line for line in second if line) or "none was named",
    )


def _files(package: Package) -> str:
    said = package.said
    return _sheet(
        "WHAT IS SUBMITTED",
        said["what"],
        "Its use for the security of critical infrastructure (6 CFR 29.5(a)(2))",
        said["use"],
        f"Adds to an earlier submission: {said['earlier'] or 'no'}",
        f"If it does not qualify: {_label(Otherwise, said['otherwise'])}",
        "FILES",
        *_rows(package.files),
    )


def _rows(files: Iterable[tuple[str, Described]]) -> Iterable[str]:
    for name, one in files:
        yield "\n".join(
            [
                f"Name: {name}",
                f"Size: {one.file.length} bytes",
                f"SHA-256: {one.file.sha256}",
                f"What is in it: {one.description}",
            ]
        )


def _sheet(*paragraphs: str) -> str:
    """Paragraphs, wrapped; a line that somebody typed stays a line."""
    return "\n\n".join(_wrapped(paragraph) for paragraph in paragraphs) + "\n"


def _wrapped(paragraph: str) -> str:
    lines = paragraph.splitlines() or [""]
    return "\n".join(
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) if line.strip() else ""
        for line in lines
    )


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label)


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
