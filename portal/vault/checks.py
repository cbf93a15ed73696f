"""House rules of the vault: a process with the wrong key ring does not start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from portal.vault import keyring
from portal.vault.errors import KeyRingProblem


@register()
def front_has_no_private_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """vault.E001: whoever breaks into Front must find nothing there that opens what was sealed, whatever its name."""
    if settings.PORTAL_SITE_KIND == "desk":
        return []
    return [
        Error(f"A private key lies in Front's key ring: {path.name}.", id="vault.E001")
        for path in sorted(Path(settings.PORTAL_KEYRING).glob("*"))
        if path.is_file() and keyring.looks_private(path)
    ]


@register()
def key_ring_can_be_used(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """vault.E002: no active public key; vault.E003: unreadable; vault.E004: Desk cannot open what is sealed now."""
    try:
        ring = keyring.ring()
    except KeyRingProblem as problem:
        # A private key on Front has a message of its own.
        return [] if front_has_no_private_key(app_configs) else [Error(str(problem), id="vault.E003")]
    try:
        current = ring.current
    except KeyRingProblem as problem:
        return [Error(str(problem), hint="vault_newkey makes a pair.", id="vault.E002")]
    if settings.PORTAL_SITE_KIND == "desk" and current.private is None:
        return [Error(f"Desk has no private half of the key {current.id}, which is sealed to now.", id="vault.E004")]
    return []


@register()
def vault_has_a_database_of_its_own(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """vault.E005: in one database with the content, a backup of the content would hold the keys too."""
    same = ("ENGINE", "NAME", "HOST", "PORT")
    places = {alias: [config.get(name) for name in same] for alias, config in settings.DATABASES.items()}
    return [
        Error(f"The vault and the database {alias} are the same.", id="vault.E005")
        for alias, place in places.items()
        if alias != "vault" and place == places["vault"]
    ]
