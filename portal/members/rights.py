"""What roles may edit in Wagtail beside pages and files. Rooms register it; `prepare_site` gives it to the groups."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

from portal.members.enums import StaffRole

_rights: dict[StaffRole, list[tuple[str, str]]] = {}


def may_edit(role: StaffRole, app: str, *codenames: str) -> None:
    """Let a role do what these permissions of a room's models name, such as `change_term`."""
    _rights.setdefault(role, []).extend((app, codename) for codename in codenames)


def grant() -> None:
    """Give every role its rights. Running it again changes nothing."""
    for role, rights in _rights.items():
        rows = [Permission.objects.get(content_type__app_label=app, codename=name) for app, name in rights]
        Group.objects.get(name=role.value).permissions.add(*rows)


# Sectors of the state's own. Offices and terms have pages on Desk, where nobody shows before they were told.
may_edit(StaffRole.MOP3_EDITOR, "vocabulary", "add_sector", "change_sector")
