"""Verify a certificate of the portal on any machine: Python 3.9 or newer, and nothing else.

Written from docs/protected-desk.md and not from the portal's code, of which it uses nothing: the two check one another.

    verify_certificate.py CERTIFICATE --key KEY [--file FILE ...]

KEY is a public key as it was handed out (name+hash+base64), or a file with one in it; more than one may be given. FILE
is one of your own files: the script says whether the certificate names it, by its SHA-256. Exit codes: 0 the
certificate holds, and names every FILE; 1 it does not; 2 wrong use.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from pathlib import Path

TITLE = "Certificate of the partner portal, form 1"
SEPARATOR, DASH, ALGORITHM = ": ", "\u2014", b"\x01"
HASH, KEY_MARK, SIGNATURE = 32, 4, 64  # lengths in bytes
PIECE = 1024 * 1024


class Wrong(Exception):
    """Something does not hold; the message is one sentence."""


# Ed25519 (RFC 8032, section 5.1)
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_ONE = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates: x = X/Z, y = Y/Z, xy = T/Z


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    if not scalar:
        return 0, 1, 1, 0
    rest = multiply(scalar >> 1, add(point, point))
    return add(rest, point) if scalar & 1 else rest


def decompress(data: bytes) -> Point:  # section 5.1.3
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign) or len(data) != HASH or y >= P:
        raise Wrong("it holds what is no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:  # section 5.1.7, without the cofactor
    key, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = multiply(s, BASE), add(r, multiply(k, key))
    is_same = not any((left[axis] * right[2] - right[axis] * left[2]) % P for axis in (0, 1))
    return is_same and len(signature) == SIGNATURE and s < ORDER


Key = tuple[str, bytes]  # its name, and the key itself


def read_key(text: str) -> tuple[bytes, Key]:
    """A public key by its short name: the first four bytes of SHA-256 over name, line feed, algorithm and key."""
    name, mark, data = text.strip().split("+", 2)
    raw = base64.b64decode(data, validate=True)
    if raw[:1] != ALGORITHM or len(raw) != HASH + 1:
        raise Wrong("a key is not Ed25519")
    found = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:KEY_MARK]
    if found.hex() != mark:
        raise Wrong("a key is not what its own name says")
    return found, (name, raw[1:])


def opened(note: str, keys: dict[bytes, Key]) -> list[str]:
    """The lines that one of the keys has signed. There is one signature line, and one way of writing it."""
    body, gap, line = note.rpartition("\n\n")
    if not gap or not line.endswith("\n"):
        raise Wrong("It has no signature, or was cut short.")
    data = base64.b64decode(line.rstrip("\n").rpartition(" ")[2], validate=True)
    if data[:KEY_MARK] not in keys:
        raise Wrong("It is signed by none of the keys that you gave.")
    name, public = keys[data[:KEY_MARK]]
    if line != f"{DASH} {name} {base64.b64encode(data).decode()}\n":
        raise Wrong("Its signature line was changed.")
    if not is_signed(public, f"{body}\n".encode(), data[KEY_MARK:]):
        raise Wrong("Its signature is not of this text: something in it was changed.")
    return body.split("\n")


def verified(note: str, keys: dict[bytes, Key]) -> list[tuple[str, str]]:
    """What a certificate says, name by name."""
    title, *lines = opened(note, keys)
    pairs = [line.partition(SEPARATOR) for line in lines]
    if title != TITLE or not all(found for _name, found, _value in pairs):
        raise Wrong("It is signed, and no certificate.")
    return [(name, value) for name, _found, value in pairs]


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("certificate", type=Path)
    parser.add_argument("--key", action="append", required=True, help="a public key that you trust, or a file with one")
    parser.add_argument("--file", action="append", default=[], type=Path, help="a file that it should name")
    return parser.parse_args(given)


def trusted(given: list[str]) -> dict[bytes, Key]:  # what is no key is wrong use, and ends the program
    try:
        texts = [Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key for key in given]
        return dict(read_key(text) for text in texts)
    except (Wrong, ValueError, OSError):
        print("A key cannot be used: it is not a public key of the portal.", file=sys.stderr)
        sys.exit(2)


def main(given: list[str] | None = None) -> int:  # gives the exit code
    chosen = arguments(given)
    keys = trusted(chosen.key)
    try:
        said = verified(chosen.certificate.read_bytes().decode(), keys)
        named = {value for name, value in said if name == "sha256"}
        missing = [path.name for path in chosen.file if digest_of(path) not in named]
    except OSError as problem:
        print(f"{problem.filename} cannot be read: {problem.strerror}.", file=sys.stderr)
        return 2
    except Wrong as problem:
        print(f"WRONG: {problem}")
        return 1
    except (ValueError, LookupError):
        print("WRONG: the file is no certificate, or was cut short or changed.")
        return 1
    print("\n".join(["The certificate holds. It says:", *(f"  {name}: {value}" for name, value in said)]))
    for name in missing:
        print(f"WRONG: it does not name the file {name}.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
