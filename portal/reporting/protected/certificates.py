"""The certificate that a record was returned or destroyed: plain lines, signed with the portal's Ed25519 key.

It is a signed note, as the trail's checkpoints are (docs/trail-format.md), so that other people's tools check it as
well. It names number, counts, basis, roles and moments, and nothing of what was submitted. Of a protected submission it
names the hashes of the files as well, since its submitter holds it; of a report of suspicious activity it does not: by
a hash somebody could find out later that a picture was in it. Each line is `name: value`;
`scripts/verify_certificate.py` and the public page read the same lines.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils import timezone

from portal.audit import notes
from portal.audit.keys import TrailKeyProblem, Verifier, parse_verifier, signer
from portal.audit.notes import DASH, HASH_LENGTH, NoteRefused
from portal.reporting.enums import DraftKind
from portal.reporting.models import CertificateKey, Disposal
from portal.reporting.protected.enums import Wish

TITLE = "Certificate of the partner portal, form 1"
LONGEST = 64 * 1024  # bytes: some 700 files
SEPARATOR = ": "


@dataclass(frozen=True)
class Checked:
    """What a certificate says, line by line, and by which key it is signed."""

    lines: list[tuple[str, str]]
    signed_by: str


def body_of(row: Disposal) -> str:
    """The lines that are signed. The same row gives the same lines."""
    said = [
        ("number", _plain(row.number)),
        ("record", _record_of(row)),
        ("what was done", "returned, and destroyed here" if row.how == Wish.RETURN else "destroyed"),
        ("submitted on", _day(_submitted_on(row))),
        ("basis", row.basis),
        ("decided", f"{_moment(row.proposed_at)}, {row.proposed_as}"),
        ("collected", _moment(row.collected_at) if row.collected_at else "no"),
        ("approved", f"{_moment(row.approved_at)}, {row.approved_as}"),
        ("how", "every data key destroyed, and with it all copies in backups of the content; sealed files deleted"),
        ("data keys destroyed", f"{row.keys}"),
        ("done", _moment(row.done_at)),
        ("backups of sealed keys live until", _day(row.backups_gone_on)),
        ("files", f"{row.files}"),
        *(("sha256", digest) for digest in row.hashes),
    ]
    return "".join(f"{line}\n" for line in [TITLE, *(f"{name}{SEPARATOR}{value}" for name, value in said)])


def _record_of(row: Disposal) -> str:
    """What kind of record it was, in words that do not change with the language of who looks."""
    if row.redress_id:
        return "request for redress"
    is_protected = row.report.kind == DraftKind.PROTECTED
    return "protected submission" if is_protected else "report of suspicious activity"


def _submitted_on(row: Disposal) -> date:
    if row.redress_id:
        return timezone.localdate(row.redress.received_at)
    if row.report.kind == DraftKind.PROTECTED:
        day: date = row.holding.submitted_on
        return day
    return timezone.localdate(row.report.submitted_at)


def sign(row: Disposal) -> None:
    """Sign what was done, and keep the public key where anybody finds it. Raises `TrailKeyProblem`."""
    signing = signer()
    show_key()
    row.certificate = notes.sign(body_of(row), name=signing.name, key=signing.key)
    row.signature = row.certificate.rstrip("\n").rpartition(" ")[2]
    row.save(update_fields=["certificate", "signature"])


def show_key() -> None:
    """Put the public key where anybody finds it: who submits today should be able to keep it today.

    Raises `TrailKeyProblem` where this process does not hold the key.
    """
    CertificateKey.objects.get_or_create(text=signer().verifier.as_text())


def check(text: str) -> Checked:
    """What a certificate says, if one of the portal's keys signed just these bytes. Raises `NoteRefused`.

    A signed note may carry lines of other keys, and base64 has more than one way to write a thing; a certificate has
    one signature line, and one way of writing it, so that no altered byte goes unseen.
    """
    known = _verifiers()
    body = notes.open_note(text, {mark: verifier.key for mark, verifier in known.items()})
    line = text.removeprefix(f"{body}\n")
    data = base64.b64decode(line.rstrip("\n").rpartition(" ")[2])
    name = known[data[:HASH_LENGTH]].name
    if line != f"{DASH} {name} {base64.b64encode(data).decode()}\n":
        raise NoteRefused("its signature line was changed")
    title, *lines = body.removesuffix("\n").split("\n")
    pairs = [(said, value) for said, found, value in (line.partition(SEPARATOR) for line in lines) if found]
    if title != TITLE or len(pairs) != len(lines):
        raise NoteRefused("it is no certificate")
    return Checked(pairs, name)


def public_keys() -> list[str]:
    """The keys with which certificates were signed, the newest first, as they are handed out."""
    return list(CertificateKey.objects.values_list("text", flat=True))


def _verifiers() -> dict[bytes, Verifier]:
    """What Front may read of keys: Desk alone writes these rows. One that cannot be read is none."""
    found = []
    for text in public_keys():
        with suppress(TrailKeyProblem):
            found.append(parse_verifier(text))
    return {verifier.hash: verifier for verifier in found}


def _plain(number: str) -> str:
    """Front draws the numbers, and may draw any: none makes a line of its own."""
    return "".join(letter for letter in number if letter.isascii() and (letter.isalnum() or letter == "-"))


def _day(day: date | None) -> str:
    return day.isoformat() if day else "unknown"


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if at else "unknown"
