"""The key ring: a folder with a file for each half of each pair.

`<id>.public.json` says what to seal to, `<id>.private.json` (mode 600) opens. Front's folder has public files alone.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.vault.errors import KeyNotHeld, KeyRingProblem
from portal.vault.suites import SUITE_ID, SUITE_NAME, PrivateKey, PublicKey

FORMAT = 1
PUBLIC, PRIVATE = ".public.json", ".private.json"
SEED = "mlkem768_seed"


class State(StrEnum):
    """Only active keys are sealed to; a retired one still opens what was sealed to it."""

    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True)
class RingKey:
    """One pair as this process has it: always the public half, perhaps the private one."""

    public: PublicKey
    state: State
    created: datetime
    private: PrivateKey | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return self.public.id


@dataclass(frozen=True)
class KeyRing:
    """All pairs of a folder."""

    keys: dict[str, RingKey]

    @property
    def current(self) -> RingKey:
        """The newest active key, which everything is sealed to. Raises `KeyRingProblem` when there is none."""
        active = [key for key in self.keys.values() if key.state is State.ACTIVE]
        if not active:
            raise KeyRingProblem("The key ring has no active public key.")
        return max(active, key=lambda key: (key.created, key.id))

    @property
    def holds_private_keys(self) -> bool:
        return any(key.private for key in self.keys.values())

    def holds(self, key_id: str) -> bool:
        """Whether the private half of a key is here."""
        return key_id in self.keys and self.keys[key_id].private is not None

    def private(self, key_id: str) -> PrivateKey:
        """Raises `KeyNotHeld`."""
        key = self.keys.get(key_id)
        if key is None or key.private is None:
            raise KeyNotHeld
        return key.private


def ring() -> KeyRing:
    """This process's key ring, read again when its files have changed. Raises `KeyRingProblem`."""
    folder = Path(settings.PORTAL_KEYRING)
    return _load_cached(folder, _fingerprint(folder), settings.PORTAL_SITE_KIND == "desk")


def load(folder: Path, *, with_private: bool) -> KeyRing:
    """Read a folder. Raises `KeyRingProblem` for a file that cannot be read, was swapped, or is open to others.

    Without `with_private` a private key in the folder is refused, not passed over: it must not be there.
    """
    private_files = sorted(folder.glob(f"*{PRIVATE}"))
    if private_files and not with_private:
        raise KeyRingProblem(f"{private_files[0].name} is a private key, and this process must have none.")
    keys = dict(_read_public(path) for path in sorted(folder.glob(f"*{PUBLIC}")))
    for path in private_files:
        private = _read_private(path)
        public = private.public()
        # Without its public file a key is not sealed to, but it still opens.
        found = keys.get(public.id, RingKey(public, State.RETIRED, datetime.min.replace(tzinfo=UTC)))
        keys[public.id] = replace(found, private=private)
    return KeyRing(keys)


def looks_private(path: Path) -> bool:
    """By its name, or by what is in it: a copy under another name opens as well."""
    try:
        return path.name.endswith(PRIVATE) or SEED.encode() in path.read_bytes()
    except OSError:
        return False


def write_pair(private: PrivateKey, *, created: datetime, private_folder: Path, public_folders: Iterable[Path]) -> str:
    """Write a new active pair and give its id. Raises `KeyRingProblem`, and replaces no file.

    The private half comes first: nothing may be sealed to a key that nobody holds.
    """
    public = private.public()
    parts = {SEED: private.mlkem768, "x25519": private.curve25519}
    _write(private_folder / f"{public.id}{PRIVATE}", public.id, parts, {}, mode=0o600)
    for folder in public_folders:
        write_public(folder, RingKey(public, State.ACTIVE, created))
    return public.id


def write_public(folder: Path, key: RingKey) -> None:
    parts = {"mlkem768": key.public.mlkem768, "x25519": key.public.curve25519}
    words = {"state": key.state.value, "created": key.created.isoformat()}
    _write(folder / f"{key.id}{PUBLIC}", key.id, parts, words, mode=0o644)


def retire(folder: Path, key: RingKey) -> None:
    """Mark a key as no longer sealed to. Raises `KeyRingProblem`."""
    path = folder / f"{key.id}{PUBLIC}"
    content = _read(path) | {"state": State.RETIRED.value}
    try:
        _draft(path, content, mode=stat.S_IMODE(path.stat().st_mode)).replace(path)
    except OSError:
        raise KeyRingProblem(f"{path.name} could not be written in {folder}.") from None


def _fingerprint(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    try:
        entries = [(entry.name, entry.stat()) for entry in os.scandir(folder) if entry.name.endswith(".json")]
    except OSError:
        raise KeyRingProblem("The key ring's folder cannot be read.") from None
    return tuple(sorted((name, found.st_mtime_ns, found.st_size, found.st_mode) for name, found in entries))


@lru_cache(maxsize=4)
def _load_cached(folder: Path, fingerprint: tuple[tuple[str, int, int, int], ...], with_private: bool) -> KeyRing:
    return load(folder, with_private=with_private)


def _read_public(path: Path) -> tuple[str, RingKey]:
    content = _read(path)
    try:
        public = PublicKey(_bytes(content, "mlkem768"), _bytes(content, "x25519"))
        created = datetime.fromisoformat(content["created"])
        key = RingKey(public, State(content["state"]), created)
        public.seal(b"", b"")  # the parts are what they say, or it fails here and not at a member's submission
    except (KeyError, TypeError, ValueError):
        raise KeyRingProblem(f"{path.name} is not a key file that the portal can read.") from None
    _refuse_swapped(path, PUBLIC, key.id)
    if created.tzinfo is None:
        raise KeyRingProblem(f"{path.name} does not say in which time zone it was created.")
    return key.id, key


def _read_private(path: Path) -> PrivateKey:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyRingProblem(f"{path.name} can be read by others than its owner; its mode must be 600.")
    content = _read(path)
    try:
        private = PrivateKey(_bytes(content, SEED), _bytes(content, "x25519"))
        key_id = private.public().id
    except (KeyError, TypeError, ValueError):
        raise KeyRingProblem(f"{path.name} is not a key file that the portal can read.") from None
    _refuse_swapped(path, PRIVATE, key_id)
    return private


def _refuse_swapped(path: Path, ending: str, key_id: str) -> None:
    if path.name != f"{key_id}{ending}":
        raise KeyRingProblem(f"{path.name} holds another key than its name says.")


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        raise KeyRingProblem(f"{path.name} cannot be read.") from None
    if not isinstance(content, dict) or (content.get("format"), content.get("suite")) != (FORMAT, SUITE_ID):
        raise KeyRingProblem(f"{path.name} is of a format or suite that the portal does not know.")
    return content


def _bytes(content: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(content[name], validate=True)


def _write(path: Path, key_id: str, parts: dict[str, bytes], words: dict[str, str], *, mode: int) -> None:
    content: dict[str, Any] = {"format": FORMAT, "suite": SUITE_ID, "suite_name": SUITE_NAME, "id": key_id, **words}
    content |= {name: base64.b64encode(part).decode() for name, part in parts.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _draft(path, content, mode=mode)
        try:
            os.link(draft, path)  # fails where a file is already, which replacing it would not
        finally:
            draft.unlink()
    except OSError:
        raise KeyRingProblem(f"{path.name} could not be written in {path.parent}.") from None


def _draft(path: Path, content: dict[str, Any], *, mode: int) -> Path:
    """The file whole, under a name that no process reads."""
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(json.dumps(content, indent=2) + "\n")
        os.fchmod(file.fileno(), mode)
    return draft
