"""A member's sealed profile, opened with the desk's keys."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.members.case_file import decoded, person_record, profile_field, readable
from portal.members.models import Person, SealedProfile, Validation
from portal.members.validation import CHANGES
from portal.vault import records

LABELS: dict[str, str | Promise] = {
    "position": _("Position"),
    "phone": _("Work telephone"),
    "supervisor": _("Supervisor"),
    "supervisor_contact": _("How to reach the supervisor"),
}
CANNOT = _("cannot be opened")

Opened = list[tuple[str | Promise, str | Promise]]


def opened(person: Person) -> Opened:
    """Labels and values, the newest of each field. Works on Desk alone; what does not open says so."""
    newest: dict[str, SealedProfile] = {}
    for row in person.sealed_profiles.order_by("-sealed_at", "-pk"):
        newest.setdefault(row.field, row)
    return [(label, _value(person, newest[name])) for name, label in LABELS.items() if name in newest]


def phone_of(person: Person) -> str:
    """The work telephone, the newest; '' where there is none or it does not open. Works on Desk alone."""
    row = person.sealed_profiles.filter(field="phone").order_by("-sealed_at", "-pk").first()
    found = _value(person, row) if row is not None else CANNOT
    return "" if found is CANNOT else str(found)


def _value(person: Person, row: SealedProfile) -> str | Promise:
    try:
        text = records.open_sealed(person_record(person.pk), profile_field(row.field), bytes(row.envelope))
    except records.VaultProblem:
        return CANNOT
    found = readable(text)
    return CANNOT if found is None else found


def changes_of(row: Validation) -> Opened:
    """What a member said has changed, with the yearly validation."""
    if not bytes(row.changes):
        return []
    try:
        text = records.open_sealed(person_record(row.person_id), CHANGES, bytes(row.changes))
    except records.VaultProblem:
        return [(_("What changed"), CANNOT)]
    told = decoded(text)
    if not told:
        return [(_("What changed"), CANNOT)]
    return [(LABELS.get(name, name), str(value)) for name, value in told.items()]
