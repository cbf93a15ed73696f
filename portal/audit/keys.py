"""The keys that sign checkpoints: a folder of its own on Desk, never on Front.

`<hash>.public.txt` holds a verifier key as signed-note writes it (name+hash+base64), which is also what is handed to
whoever verifies from outside. `<hash>.private.pem` (PKCS #8, mode 600) signs; the desk's worker alone needs it.
"""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from portal.audit.notes import ALGORITHM, key_hash

PUBLIC, PRIVATE = ".public.txt", ".private.pem"


class TrailKeyProblem(Exception):
    """The folder of signing keys is not as it must be; the message is one sentence."""


@dataclass(frozen=True)
class Verifier:
    """A public key with its name."""

    name: str
    key: Ed25519PublicKey

    @property
    def hash(self) -> bytes:
        return key_hash(self.name, self.key.public_bytes_raw())

    def as_text(self) -> str:
        data = base64.b64encode(ALGORITHM + self.key.public_bytes_raw()).decode()
        return f"{self.name}+{self.hash.hex()}+{data}"


@dataclass(frozen=True)
class Signer:
    """A private key with its name."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key())


def origin() -> str:
    """What the trail is called in its notes, by the name of a new key: the host that people know the portal by."""
    return f"{urlsplit(settings.PORTAL_FRONT_URL).netloc}/trail"


def folder() -> Path:
    return Path(settings.PORTAL_TRAIL_KEYS)


def parse_verifier(text: str) -> Verifier:
    """Read `name+hash+key`. Raises `TrailKeyProblem`."""
    try:
        name, mark, data = text.strip().split("+", 2)
        raw = base64.b64decode(data, validate=True)
        verifier = Verifier(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
    except ValueError:
        raise TrailKeyProblem("A public key of the trail cannot be read.") from None
    if raw[:1] != ALGORITHM or verifier.hash.hex() != mark:
        raise TrailKeyProblem("A public key of the trail is not what its own name says.")
    return verifier


def verifiers(place: Path | None = None) -> dict[bytes, Verifier]:
    """All public keys of a folder by their hashes. Raises `TrailKeyProblem`."""
    found = [parse_verifier(path.read_text()) for path in sorted((place or folder()).glob(f"*{PUBLIC}"))]
    return {verifier.hash: verifier for verifier in found}


def signer() -> Signer:
    """The newest private key, by the name of its public half, which is the trail's name in what it signs.

    Raises `TrailKeyProblem` when there is none, when others can read it, or when its public half is missing.
    """
    paths = sorted(folder().glob(f"*{PRIVATE}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    if not paths:
        raise TrailKeyProblem("There is no key to sign checkpoints with; `audit_newkey` makes one.")
    path = paths[-1]
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise TrailKeyProblem(f"{path.name} can be read by others than its owner; its mode must be 600.")
    return _pair(path, path.with_name(path.name.replace(PRIVATE, PUBLIC)))


def _pair(private: Path, public: Path) -> Signer:
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TrailKeyProblem(f"{private.name} is not an Ed25519 key.")
    if not public.exists():
        raise TrailKeyProblem(f"{public.name} is missing: a key is not used that nobody could verify.")
    made = Signer(parse_verifier(public.read_text()).name, key)
    if made.verifier.as_text() != public.read_text().strip():
        raise TrailKeyProblem(f"{public.name} is not the public half of {private.name}.")
    return made


def write_new(place: Path, *, name: str) -> Verifier:
    """Make a pair in a folder, and give its public half."""
    key = Ed25519PrivateKey.generate()
    made = Signer(name, key).verifier
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(place / f"{made.hash.hex()}{PRIVATE}", pem, mode=0o600)
    _write(place / f"{made.hash.hex()}{PUBLIC}", f"{made.as_text()}\n".encode(), mode=0o644)
    return made


def _write(path: Path, content: bytes, *, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
